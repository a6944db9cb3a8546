import type { Supervisor } from '../../../src/runs/queue/supervisor.ts';
import type { RunWatch } from '../../../src/runs/run-watch.ts';
import type { RunStore } from '../../../src/runs/store.ts';

/** A store with what goes on around it; only one that may be written has a supervisor. */
export interface Opened {
  readonly store: RunStore;
  readonly watch: RunWatch;
  readonly supervisor?: Supervisor;
}

export async function letGo(opened: Opened | undefined): Promise<void> {
  await opened?.watch.close();
  await opened?.supervisor?.close();
  await opened?.store.close();
}
