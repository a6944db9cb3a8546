import { env, l10n, window } from 'vscode';
import { applyEdits, openExperiment } from '../config/experiment-document.ts';
import { hyperparametersOfRun } from '../config/follow-selection.ts';
import { askForValue, hyperparameterEdits, showValue } from '../config/hyperparameter-input.ts';
import type { HyperparameterNode, ParameterNode } from '../config/hyperparameter-tree.ts';
import type { ExplorerNode } from '../explorer/nodes.ts';
import type { Services } from '../services.ts';
import { duplicateParameter } from './duplicate.ts';

function parameterOf({ hyperparameterView }: Services, clicked: unknown): ParameterNode | undefined {
  const node = (clicked ?? hyperparameterView.selection[0]) as HyperparameterNode | undefined;
  return node?.kind === 'parameter' ? node : undefined;
}

/** Shows the hyperparameters of a run: what a click on its row does, the one that is selected already included. */
export function showHyperparameters({ hyperparameterTree, runView }: Services, clicked?: unknown): void {
  const node = (clicked ?? runView.selection[0]) as ExplorerNode | undefined;
  if (node?.kind === 'run') hyperparameterTree.show(hyperparametersOfRun(node));
}

/** Asks for a new value; in a file it is written there, of a run it makes a changed copy. */
export async function editHyperparameter(services: Services, clicked?: unknown): Promise<void> {
  const node = parameterOf(services, clicked);
  if (!node) return;
  if (node.source.kind === 'run') return duplicateParameter(services, node);
  const answer = await askForValue(node.parameter, node.experiment);
  if (answer) await write(node, answer.value);
}

export async function resetHyperparameter(services: Services, clicked?: unknown): Promise<void> {
  const node = parameterOf(services, clicked);
  if (node?.source.kind !== 'file' || !node.parameter.changed) return;
  const { default: standard, clear } = node.parameter;
  if (standard === undefined && !clear) {
    void window.showInformationMessage(l10n.t('This has no default; write another value instead.'));
    return;
  }
  await write(node, undefined);
}

async function write({ source, parameter }: ParameterNode, value: unknown): Promise<void> {
  if (source.kind !== 'file') return;
  const { parseText } = await import('../../src/experiment/parsing/parse.ts');
  const document = await openExperiment(source.uri);
  const { written } = parseText(document.getText());
  await applyEdits(document, await hyperparameterEdits(document, parameter, value, written));
}

export async function copyHyperparameter(services: Services, clicked?: unknown): Promise<void> {
  const node = parameterOf(services, clicked);
  if (!node) return;
  await env.clipboard.writeText(showValue(node.parameter.value));
  window.setStatusBarMessage(l10n.t('Copied'), 2000);
}
