import type { TestContext } from 'node:test';
import { createRuns } from '../../src/runs/create-run.ts';
import type { RunRecord } from '../../src/runs/database/run-records.ts';
import { LocalLauncher } from '../../src/runs/queue/launch.ts';
import {
  Supervisor,
  type SupervisorListener,
  type SupervisorOptions,
} from '../../src/runs/queue/supervisor.ts';
import type { RunStore } from '../../src/runs/store.ts';
import type { RunEvent } from '../../src/worker/directory/events.ts';
import { program } from '../program.ts';
import { request } from './support.ts';

export const fakeWorkerCommand = program('test/runs/fake-worker.ts');

export interface Plan {
  readonly steps?: number;
  readonly stepMs?: number;
  readonly startMs?: number;
  readonly lingersMs?: number;
  /** A file that keeps the worker from its end for as long as it is there. */
  readonly heldBy?: string;
  /** Whether it is judged on held-out samples, by its learning rate. */
  readonly learns?: boolean;
  readonly losersWait?: boolean;
  readonly dies?: 'at once' | 'in mid-step' | 'by mistake';
}

/** Queues runs whose fake worker does what the plan says. */
export function queueRuns(store: RunStore, plan: Plan, seeds: readonly number[] = [0]): Promise<string[]> {
  const { experiment, file, directory } = request(store.dataDirectory);
  const described = { ...experiment, description: JSON.stringify(plan) };
  return createRuns(store, { experiment: described, file, directory }, { seeds });
}

/** A supervisor with fake workers, closed when the test ends, and the events it told by run. */
export function supervise(
  t: TestContext,
  store: RunStore,
  listener: SupervisorListener = {},
  options: Pick<SupervisorOptions, 'atOnce'> = {},
) {
  const told = new Map<string, RunEvent[]>();
  const supervisor = new Supervisor(
    store,
    {
      ...listener,
      events: (id, events) => {
        told.set(id, [...(told.get(id) ?? []), ...events]);
        listener.events?.(id, events);
      },
    },
    { launcher: new LocalLauncher({ command: fakeWorkerCommand }), intervalMs: 50, ...options },
  );
  t.after(() => supervisor.close());
  return { supervisor, told };
}

/** The run once it is so; a run that never is ends the test by its time limit. */
export async function once(
  store: RunStore,
  id: string,
  so: (run: RunRecord) => boolean | Promise<boolean>,
): Promise<RunRecord> {
  for (;;) {
    const run = await store.get(id);
    if (run && (await so(run))) return run;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export const ended = ({ state }: RunRecord) => state !== 'queued' && state !== 'running';
