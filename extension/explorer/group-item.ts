import { basename } from 'node:path';
import { l10n, ThemeIcon, TreeItem, TreeItemCollapsibleState, workspace } from 'vscode';
import { spreadOf } from '../../src/compare/figures/spread.ts';
import { formatPercentSpread } from '../../src/compare/formatting.ts';
import { type ExperimentNode, type GroupNode, type MoreNode, nodeId } from './nodes.ts';

const runsText = (count: number) => (count === 1 ? l10n.t('1 run') : l10n.t('{0} runs', count));

function collapsible({ runs, expanded }: ExperimentNode): TreeItemCollapsibleState {
  if (runs === 0) return TreeItemCollapsibleState.None;
  return expanded ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed;
}

export function experimentItem(node: ExperimentNode): TreeItem {
  const item = new TreeItem(basename(node.uri.path).replace(/\.distill\.json$/, ''), collapsible(node));
  item.id = nodeId(node);
  item.resourceUri = node.exists ? node.uri : undefined;
  item.iconPath = new ThemeIcon(node.exists ? 'beaker' : 'file');
  item.contextValue = node.exists ? 'experiment' : 'orphan';
  // With a command of its own, only the arrow folds the row.
  if (node.exists)
    item.command = {
      command: 'vscode.open',
      title: '',
      arguments: [node.uri, { preview: true, preserveFocus: true }],
    };
  const place = workspace.asRelativePath(node.uri, (workspace.workspaceFolders?.length ?? 0) > 1);
  const runs = node.readable ? runsText(node.runs) : l10n.t('runs cannot be read');
  const text = node.exists ? runs : l10n.t('{0} · file is gone', runs);
  const accuracy = accuracyText(node);
  // The figure first: a narrow sidebar cuts the end.
  item.description = [accuracy, folderOf(place), text].filter(Boolean).join(' · ');
  item.tooltip = [place, accuracy && accuracyMeaning(node, accuracy)].filter(Boolean).join('\n');
  item.accessibilityInformation = {
    label: [l10n.t('Experiment {0}, {1}', place, runs), accuracy].filter(Boolean).join(', '),
  };
  return item;
}

/** Mean and standard deviation over the seeds of the latest settings; empty where none has completed. */
export function accuracyText({ accuracies }: ExperimentNode): string {
  const spread = spreadOf(accuracies);
  return spread ? formatPercentSpread(spread) : '';
}

function accuracyMeaning({ accuracies, settings }: ExperimentNode, accuracy: string): string {
  const seeds = accuracies.length;
  if (seeds === 1)
    return settings > 1
      ? l10n.t('Accuracy: {0} with the latest settings, one seed', accuracy)
      : l10n.t('Accuracy: {0}, one seed', accuracy);
  return settings > 1
    ? l10n.t(
        'Accuracy: {0} with the latest settings, mean and standard deviation over {1} seeds',
        accuracy,
        seeds,
      )
    : l10n.t('Accuracy: {0}, mean and standard deviation over {1} seeds', accuracy, seeds);
}

/** Tells experiments of one name apart: the folder a file lies in, unless that is the only one of the window. */
const folderOf = (place: string): string =>
  place.includes('/') ? place.slice(0, place.lastIndexOf('/')) : '';

export function groupItem(node: GroupNode): TreeItem {
  const item = new TreeItem(node.label, TreeItemCollapsibleState.Expanded);
  item.id = nodeId(node);
  item.iconPath = new ThemeIcon(node.icon);
  item.description = runsText(node.runs);
  item.contextValue = 'group';
  return item;
}

export function moreItem(node: MoreNode): TreeItem {
  const item = new TreeItem(l10n.t('Show more … ({0} of {1})', node.shown, node.total));
  item.id = nodeId(node);
  item.iconPath = new ThemeIcon('ellipsis');
  item.command = { command: 'distillery.loadMoreRuns', title: '', arguments: [node] };
  return item;
}
