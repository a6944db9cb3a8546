import { type Disposable, type TreeView, window } from 'vscode';
import { Disposables } from '../disposables.ts';
import type { ExplorerNode, RunNode } from '../explorer/nodes.ts';
import type { ContextKeys } from '../status/context-keys.ts';
import { isExperimentUri } from './experiment-document.ts';
import type { HyperparameterSource, HyperparameterTree } from './hyperparameter-tree.ts';

/** Where the hyperparameters of a run are found. */
export const hyperparametersOfRun = ({ record }: RunNode): HyperparameterSource => ({
  kind: 'run',
  name: record.name,
  file: record.file,
  config: record.config,
});

/**
 * The hyperparameters shown are those of what was chosen last: a row of the explorer, or another experiment's
 * editor. An editor that merely becomes active again, as after a dialog, chooses nothing: its event may also
 * come late, after a row was chosen.
 */
export function followSelection(
  hyperparameterTree: HyperparameterTree,
  runView: TreeView<ExplorerNode>,
  keys: ContextKeys,
): Disposable {
  const subscriptions = new Disposables();
  let lastActive: string | undefined;
  const showActive = () => {
    const uri = window.activeTextEditor?.document.uri;
    if (!uri || !isExperimentUri(uri) || uri.toString() === lastActive) return;
    lastActive = uri.toString();
    hyperparameterTree.show({ kind: 'file', uri });
  };
  subscriptions.add(
    hyperparameterTree.onDidChangeTreeData(() =>
      keys.set('selectedExperiment', hyperparameterTree.source !== undefined),
    ),
  );
  subscriptions.add(window.onDidChangeActiveTextEditor(showActive));
  subscriptions.add(
    runView.onDidChangeSelection(({ selection: [node] }) => {
      if (node?.kind === 'run') hyperparameterTree.show(hyperparametersOfRun(node));
      if (node?.kind === 'experiment' && node.exists)
        hyperparameterTree.show({ kind: 'file', uri: node.uri });
    }),
  );
  showActive();
  return subscriptions;
}
