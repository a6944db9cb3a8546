import type { Navigation } from '../../webview/protocol/messages.ts';
import type { Services } from '../services.ts';
import type { FoundRun } from '../workspace/runs/run-folders.ts';

/** Opens teacher and student side by side: one run in depth, several compared, or all that are here. */
export async function openDashboard(services: Services, runs?: readonly FoundRun[]): Promise<void> {
  await services.dashboards.open(services, goalOf(runs?.map(({ record }) => record.id)));
}

function goalOf(runs: readonly string[] | undefined): Navigation {
  const [first, second] = runs ?? [];
  if (first === undefined) return { view: 'overview' };
  return second === undefined ? { view: 'run', run: first } : { view: 'compare', runs: runs! };
}
