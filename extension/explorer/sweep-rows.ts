import { l10n, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import { runStates } from '../../src/worker/directory/run-states.ts';
import { type ExperimentNode, nodeId, type SweepNode } from './nodes.ts';
import { stateName } from './run-item.ts';

/** The sweeps below an experiment, the newest first; none where they cannot be read. */
export async function sweepsBelow(parent: ExperimentNode): Promise<SweepNode[]> {
  const { folder, query } = parent.selection;
  const store = await folder.reader();
  const sweeps = (await store?.sweeps(query).catch(() => [])) ?? [];
  return sweeps.map((sweep) => ({
    ...{ kind: 'sweep', parent, sweep, runs: sweep.runs },
    selection: { folder, query: { ...query, sweep: sweep.id } },
  }));
}

export function sweepItem(node: SweepNode): TreeItem {
  const { sweep } = node;
  const label = l10n.t('Sweep of {0}', day.format(sweep.createdAt));
  // Dozens of runs are looked at by whoever asks for them.
  const item = new TreeItem(label, TreeItemCollapsibleState.Collapsed);
  item.id = nodeId(node);
  item.iconPath = sweep.active
    ? new ThemeIcon('sync~spin', new ThemeColor('charts.blue'))
    : new ThemeIcon('graph-scatter');
  item.description = sweepDescription(node);
  item.contextValue = `sweep ${sweep.active ? 'going' : 'resting'}`;
  item.accessibilityInformation = { label: l10n.t('{0}, {1}', label, item.description) };
  return item;
}

/** How many points, and of their runs how many are in each state. */
export function sweepDescription({ sweep }: SweepNode): string {
  const points = sweep.points === 1 ? l10n.t('1 point') : l10n.t('{0} points', sweep.points);
  const states = runStates.flatMap((state) => {
    const count = sweep.states[state] ?? 0;
    return count === 0 ? [] : [`${count} ${stateName(state)}`];
  });
  return [points, ...states].join(' · ');
}

/** In the language of the window. */
const day = new Intl.DateTimeFormat(undefined, {
  ...{ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
});
