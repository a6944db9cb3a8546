import { isFull } from '../runs/database/database-problem.ts';
import type { RunRecord } from '../runs/database/run-records.ts';
import { stopRun } from '../runs/queue/control.ts';
import { Supervisor, type SupervisorOptions } from '../runs/queue/supervisor.ts';
import type { RunStore } from '../runs/store.ts';
import { activeStates, isActive } from '../worker/directory/run-states.ts';
import { describeError, type ExitCode, exitCodes } from './complain.ts';
import type { Context } from './context.ts';
import type { ProgressView } from './progress/progress-view.ts';

/** Where nothing can be started or followed, for want of room or of the database, it is waited for so long. */
const patienceMs = 6_000;

/**
 * Drives the queue and shows these runs until all have ended. Ctrl+C asks them to stop and waits for that; a second one
 * leaves at once. Gives back the exit code that their ends call for.
 */
export async function followRuns(
  { terminal, launcher }: Context,
  store: RunStore,
  ids: readonly string[],
  view: ProgressView,
  { atOnce }: Pick<SupervisorOptions, 'atOnce'> = {},
): Promise<ExitCode> {
  const followed = new Set(ids);
  let wake = () => {};
  const supervisor = new Supervisor(
    store,
    {
      events: (id, events) => {
        if (followed.has(id)) view.events(id, events);
      },
      changed: () => wake(),
      problem: (error) => view.say(describeError(error, terminal.errColors).text),
    },
    { launcher, ...(atOnce !== undefined && { atOnce }) },
  );
  let asked = 0;
  const onInterrupt = () => {
    if (++asked > 1) {
      view.close();
      process.exit(exitCodes.interrupted);
    }
    view.say('Stopping; each run keeps a checkpoint. Press Ctrl+C again to leave at once.');
    void stopAll(store, ids).then(
      () => wake(),
      (error: unknown) => view.say(describeError(error, terminal.errColors).text),
    );
  };
  process.on('SIGINT', onInterrupt);
  try {
    view.begin(await store.list({ ids, sort: 'createdAt' }));
    for (const id of ids) await supervisor.watch(id);
    await supervisor.start();
    let well = performance.now();
    for (;;) {
      const news = new Promise<void>((resolve) => {
        wake = resolve;
        // Only in case news were missed; whoever waits here is woken by every change.
        setTimeout(resolve, 1_000).unref();
      });
      const runs = await store.list({ ids, sort: 'createdAt' });
      if (!runs.some(({ state }) => isActive(state))) {
        await supervisor.look();
        view.end(runs);
        return asked > 0 ? exitCodes.interrupted : exitCodeOf(runs, ids.length);
      }
      const { trouble } = supervisor;
      const running = runs.some(({ state }) => state === 'running');
      // On a full disk a run counts as running for ever: that its worker has ended cannot be written down.
      if (!trouble || (running && (supervisor.workers > 0 || !isFull(trouble)))) well = performance.now();
      // Nothing goes on that could be seen, and nothing can be started: waiting any longer would only look like work.
      else if (performance.now() - well > patienceMs) throw trouble;
      await news;
    }
  } finally {
    process.off('SIGINT', onInterrupt);
    await supervisor.close();
    view.close();
  }
}

async function stopAll(store: RunStore, ids: readonly string[]): Promise<void> {
  // Queued ones first: else the queue would start the next when a running one ends.
  const runs = await store.list({ ids, states: activeStates });
  for (const { id } of runs.sort((a, b) => (a.state < b.state ? -1 : 1)))
    await stopRun(store, id).catch(async (error: unknown) => {
      const state = (await store.get(id))?.state;
      if (state && isActive(state)) throw error;
    });
}

function exitCodeOf(runs: readonly RunRecord[], expected: number): ExitCode {
  const bad = runs.filter(({ state }) => state !== 'completed');
  if (bad.length === 0 && runs.length === expected) return exitCodes.ok;
  const usersOnly = bad.every(({ state, error }) => state === 'cancelled' || error?.userError === true);
  return usersOnly ? exitCodes.usersMistake : exitCodes.ours;
}
