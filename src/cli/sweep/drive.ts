import { isFull } from '../../runs/database/database-problem.ts';
import { Supervisor } from '../../runs/queue/supervisor.ts';
import type { RunStore } from '../../runs/store.ts';
import { SweepDriver } from '../../sweeps/driver.ts';
import type { Standing } from '../../sweeps/standing.ts';
import type { Sweep } from '../../sweeps/sweep.ts';
import type { RunEvent } from '../../worker/directory/events.ts';
import { describeError, type ExitCode, exitCodes } from '../complain.ts';
import type { Context } from '../context.ts';

/** Who is told of a sweep that goes on. */
export interface SweepView {
  begun(index: number, values: Readonly<Record<string, unknown>>, runs: readonly string[]): void;
  resumed(run: string): void;
  events(run: string, events: readonly RunEvent[]): void;
  /** How it stands now; told again and again. */
  stands(standing: Standing): void;
  say(text: string): void;
}

/** Where nothing can be started or followed, for want of room or of the database, it is waited for so long. */
const patienceMs = 6_000;

/**
 * Drives a sweep to its end, together with whoever else does. Ctrl+C asks it to stop, its runs too, and waits for that; a
 * second one leaves at once.
 */
export async function driveSweep(
  { terminal, launcher }: Context,
  store: RunStore,
  sweep: Sweep,
  view: SweepView,
): Promise<{ readonly standing: Standing; readonly code: ExitCode }> {
  let wake = () => {};
  const driver = new SweepDriver(store, sweep, {
    begun: ({ index, values }, runs) => view.begun(index, values, runs),
    resumed: (run) => view.resumed(run),
  });
  const own = new Set<string>();
  const supervisor = new Supervisor(
    store,
    {
      events: (id, events) => {
        if (own.has(id)) view.events(id, events);
      },
      changed: () => wake(),
      problem: (error) => view.say(describeError(error, terminal.errColors).text),
    },
    { launcher },
  );
  let asked = 0;
  const onInterrupt = () => {
    if (++asked > 1) process.exit(exitCodes.interrupted);
    view.say('Stopping the sweep; each run keeps a checkpoint. Press Ctrl+C again to leave at once.');
    void driver.stop().then(
      () => wake(),
      (error: unknown) => view.say(describeError(error, terminal.errColors).text),
    );
  };
  process.on('SIGINT', onInterrupt);
  try {
    await driver.start();
    await supervisor.start();
    let well = performance.now();
    for (;;) {
      const news = new Promise<void>((resolve) => {
        wake = resolve;
        // What other processes do to the sweep's folder is not told.
        setTimeout(resolve, 1_000).unref();
      });
      const { standing, ended } = await driver.step();
      for (const { runs } of standing.points)
        for (const { record } of runs)
          if (!own.has(record.id)) {
            own.add(record.id);
            await supervisor.watch(record.id);
          }
      view.stands(standing);
      await supervisor.look();
      if (ended) return { standing, code: asked > 0 ? exitCodes.interrupted : exitCodeOf(standing) };
      const { trouble } = supervisor;
      if (!trouble || supervisor.workers > 0 || !isFull(trouble)) well = performance.now();
      else if (performance.now() - well > patienceMs) throw trouble;
      await news;
    }
  } finally {
    process.off('SIGINT', onInterrupt);
    await supervisor.close();
  }
}

/** A sweep that has an answer did what was asked, whatever became of single points. */
function exitCodeOf({ points, front }: Standing): ExitCode {
  if (front.length > 0 || points.length === 0) return exitCodes.ok;
  const failed = points.flatMap(({ runs }) => runs).filter(({ record }) => record.state === 'failed');
  if (failed.length === 0) return exitCodes.ok;
  return failed.every(({ record }) => record.error?.userError) ? exitCodes.usersMistake : exitCodes.ours;
}
