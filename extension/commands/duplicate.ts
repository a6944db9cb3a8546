import { basename, dirname, join } from 'node:path';
import { l10n, type QuickPickItem, Uri, ViewColumn, window, workspace } from 'vscode';
import { UserError } from '../../src/base/user-error.ts';
import type { Hyperparameter } from '../../src/experiment/editing/hyperparameters.ts';
import type { JsonPath } from '../../src/experiment/parsing/problem.ts';
import type { Experiment } from '../../src/experiment/schema/schema.ts';
import { openExperiment } from '../config/experiment-document.ts';
import { askForValue, showValue } from '../config/hyperparameter-input.ts';
import type { ParameterNode } from '../config/hyperparameter-tree.ts';
import type { ExplorerNode } from '../explorer/nodes.ts';
import type { Services } from '../services.ts';
import { exists } from './file-commands.ts';
import { startRuns } from './run-commands.ts';
import { targetExperiment } from './targets.ts';

/** What a copy is made from: the text of a file where there is one that can be read, and what it says. */
interface Original {
  readonly file: string;
  readonly text: string;
  readonly experiment: Experiment;
}

interface Change {
  readonly parameter: Hyperparameter;
  readonly value: unknown;
}

/** Makes a copy of an experiment in which one hyperparameter differs, opens it and offers to run it. */
export async function duplicate(services: Services, clicked?: unknown): Promise<Uri | undefined> {
  const node = clicked as ParameterNode | ExplorerNode | undefined;
  if (node?.kind === 'parameter') {
    await duplicateParameter(services, node);
    return undefined;
  }
  const original = await originalOf(services, node ?? services.runView.selection[0] ?? clicked);
  if (!original) return undefined;
  const parameter = await pickParameter(original.experiment);
  const answer = parameter && (await askForValue(parameter, original.experiment));
  return answer && copyWith(services, original, { parameter: parameter!, value: answer.value });
}

/** The same for a hyperparameter that was chosen already. */
export async function duplicateParameter(services: Services, node: ParameterNode): Promise<void> {
  const { parameter, source } = node;
  const answer = await askForValue(parameter, node.experiment);
  if (!answer) return;
  const original =
    source.kind === 'file'
      ? await originalOfFile(source.uri)
      : await originalOfRun(source.file, source.config);
  if (original) await copyWith(services, original, { parameter, value: answer.value });
}

async function originalOf(services: Services, node: unknown): Promise<Original | undefined> {
  const explorer = node as ExplorerNode | undefined;
  if (explorer?.kind === 'run') return originalOfRun(explorer.record.file, explorer.record.config);
  if (typeof node === 'string') {
    const found = await services.folders.find(node);
    return found && originalOfRun(found.record.file, found.record.config);
  }
  const target = await targetExperiment(services, node, l10n.t('Which experiment is to be duplicated?'));
  return target && originalOfFile(target.uri);
}

async function originalOfFile(uri: Uri): Promise<Original> {
  const { parseExperiment } = await import('../../src/experiment/parsing/parse.ts');
  const text = (await openExperiment(uri)).getText();
  const { experiment, problems } = parseExperiment(text);
  if (experiment) return { file: uri.fsPath, text, experiment };
  const { problemsError } = await import('../../src/experiment/parsing/load.ts');
  throw problemsError(problems, uri.fsPath);
}

/** With its comments from the file, brought to what the run was; where the file is gone or broken, from the run alone. */
async function originalOfRun(file: string, config: Experiment): Promise<Original> {
  const { parseExperiment } = await import('../../src/experiment/parsing/parse.ts');
  const uri = Uri.file(file);
  if (await exists(uri)) {
    const text = (await openExperiment(uri)).getText();
    const { experiment } = parseExperiment(text);
    if (experiment && sameApartFromSeeds(experiment, config)) return { file, text, experiment };
  }
  return { file, text: `${JSON.stringify(config, null, 2)}\n`, experiment: config };
}

const sameApartFromSeeds = (one: Experiment, other: Experiment) => {
  const key = ({ seeds: _seeds, device: _device, ...rest }: Experiment) => JSON.stringify(rest);
  return key(one) === key(other);
};

async function pickParameter(experiment: Experiment): Promise<Hyperparameter | undefined> {
  const { hyperparametersOf } = await import('../../src/experiment/editing/hyperparameters.ts');
  const { describePath } = await import('../../src/experiment/parsing/problem.ts');
  const { ownedName } = await import('../../src/experiment/editing/setting-name.ts');
  const items: (QuickPickItem & { parameter: Hyperparameter })[] = hyperparametersOf(experiment).map(
    (parameter) => ({
      label: describePath(parameter.path),
      description: showValue(parameter.value),
      detail: `${ownedName(parameter.path)}: ${parameter.description.split('. ')[0]}`,
      parameter,
    }),
  );
  // The strategy first: it is what most changes are about.
  items.sort((one, other) => rank(one.parameter.path) - rank(other.parameter.path));
  const picked = await window.showQuickPick(items, {
    placeHolder: l10n.t('What is to differ in the copy?'),
    matchOnDescription: true,
  });
  return picked?.parameter;
}

const order = ['strategy', 'student', 'training', 'teacher', 'dataset'];
const rank = ([section]: JsonPath) => {
  const place = order.indexOf(String(section));
  return place < 0 ? order.length : place;
};

async function copyWith(services: Services, original: Original, change: Change): Promise<Uri> {
  const { edited, setValue } = await import('../../src/experiment/editing/edit.ts');
  const { settingName } = await import('../../src/experiment/editing/setting-name.ts');
  const { parseText } = await import('../../src/experiment/parsing/parse.ts');
  const { hyperparameterEdits } = await import('../config/hyperparameter-input.ts');
  const { parameter, value } = change;
  const label = `${settingName(parameter.path, original.experiment)} ${showValue(value)}`;
  const { written } = parseText(original.text);
  const document = { getText: () => original.text };
  const changed = edited(original.text, await hyperparameterEdits(document, parameter, value, written));
  const named = edited(changed, setValue(changed, ['name'], `${original.experiment.name}, ${label}`));
  const uri = await unusedFile(services, original.file, label);
  await workspace.fs.writeFile(uri, Buffer.from(named)).then(undefined, (error: unknown) => {
    throw new UserError(l10n.t('The copy cannot be written to {0}.', uri.fsPath), {
      remedy: l10n.t('Make the folder writable.'),
      cause: error,
    });
  });
  await window.showTextDocument(uri, { viewColumn: ViewColumn.Active, preview: false });
  services.hyperparameterTree.show({ kind: 'file', uri });
  offerRun(services, uri);
  return uri;
}

/** Beside the original where that lies in a folder of this window, for nothing is written elsewhere. */
async function unusedFile(services: Services, original: string, label: string): Promise<Uri> {
  const home = workspace.getWorkspaceFolder(Uri.file(original))
    ? dirname(original)
    : (services.folders.all[0]?.folder.uri.fsPath ?? dirname(original));
  const stem = basename(original).replace(/\.distill\.json$/, '');
  const suffix = label
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  for (let count = 1; ; count++) {
    const name = `${stem}-${suffix}${count > 1 ? `-${count}` : ''}.distill.json`;
    const uri = Uri.file(join(home, name));
    if (!(await exists(uri))) return uri;
  }
}

function offerRun(services: Services, uri: Uri): void {
  const folder = services.folders.of(uri);
  if (!folder || !workspace.isTrusted) return;
  const run = l10n.t('Run');
  void window
    .showInformationMessage(l10n.t('The changed copy is {0}.', basename(uri.fsPath)), run)
    .then((answer) => (answer === run ? startRuns(services, folder, uri) : undefined))
    .then(undefined, (error: unknown) => services.notices.tellError(l10n.t('Run'), error));
}
