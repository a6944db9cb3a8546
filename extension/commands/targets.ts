import { basename } from 'node:path';
import { l10n, type QuickPickItem, Uri, window, workspace } from 'vscode';
import type { RunQuery } from '../../src/runs/database/run-records.ts';
import { isResumable } from '../../src/worker/directory/run-states.ts';
import { isExperimentUri } from '../config/experiment-document.ts';
import { type ExplorerNode, selectionsOf } from '../explorer/nodes.ts';
import { runDescription, runLabel } from '../explorer/run-item.ts';
import type { Services } from '../services.ts';
import type { RunFolder } from '../workspace/runs/run-folder.ts';
import type { FoundRun } from '../workspace/runs/run-folders.ts';

/** Rows of a pick list: more than anybody scrolls through, and quick to fetch. */
const mostOffered = 200;

const isNode = (value: unknown): value is ExplorerNode =>
  typeof value === 'object' && value !== null && 'kind' in value;

/** What a tree passes: the row that was clicked, and all that are selected where it is one of them. */
function nodesOf(services: Services, clicked: unknown, selected: unknown): readonly ExplorerNode[] {
  if (Array.isArray(selected) && selected.length > 0) return selected.filter(isNode);
  if (isNode(clicked)) return [clicked];
  return clicked === undefined ? services.runView.selection : [];
}

/**
 * The runs a command is about: those it was given (rows, or ids from a link), else the selected ones, else what is
 * picked from a list of those that match. Undefined where nothing was picked.
 */
export async function targetRuns(
  services: Services,
  args: readonly unknown[],
  query: RunQuery,
  question: string,
  several = false,
): Promise<readonly FoundRun[] | undefined> {
  const [clicked, selected] = args;
  const given = await givenRuns(services, clicked, selected, query);
  if (given.length > 0) return several ? given : given.slice(0, 1);
  return pickRuns(services, query, question, several);
}

/**
 * The runs that rows stand for, each once: those of ids from a link, else of the rows that are given or selected, with all
 * below an experiment or a group. None where nothing is selected.
 */
export async function runsOfRows(services: Services, args: readonly unknown[]): Promise<FoundRun[]> {
  const found = await givenRuns(services, args[0], args[1], {}, true);
  return [...new Map(found.map((run) => [run.record.id, run])).values()];
}

/** @param whole a selected experiment or group stands for its runs even where its row was not clicked */
async function givenRuns(
  { folders, ...services }: Services,
  clicked: unknown,
  selected: unknown,
  query: RunQuery,
  whole = false,
): Promise<FoundRun[]> {
  const ids = typeof clicked === 'string' ? [clicked] : stringsOf(clicked);
  if (ids.length > 0)
    return (await Promise.all(ids.map((id) => folders.find(id)))).filter((run) => run !== undefined);
  const found: FoundRun[] = [];
  for (const node of nodesOf({ folders, ...services }, clicked, selected)) {
    if (node.kind === 'run') {
      const record = await node.folder.get(node.record.id);
      if (record) found.push({ folder: node.folder, record });
    } else if (node.kind !== 'more' && (whole || Array.isArray(selected) || clicked !== undefined))
      for (const { folder, query: below } of selectionsOf(node))
        for (const record of await folder.list({ ...below, ...query })) found.push({ folder, record });
  }
  return found.filter(
    ({ record }) =>
      (query.states?.includes(record.state) ?? true) && (!query.resumable || isResumable(record)),
  );
}

const stringsOf = (value: unknown): string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : [];

async function pickRuns(
  { folders }: Services,
  query: RunQuery,
  question: string,
  several: boolean,
): Promise<readonly FoundRun[] | undefined> {
  const items: (QuickPickItem & { run: FoundRun })[] = [];
  for (const folder of folders.all)
    for (const record of await folder.list({ ...query, limit: mostOffered - items.length }))
      items.push({
        label: runLabel(record),
        description: record.experiment,
        detail: `${runDescription(record)}  ${new Date(record.createdAt).toLocaleString()}`,
        run: { folder, record },
      });
  if (items.length === 0) {
    void window.showInformationMessage(l10n.t('There is no run for this command here.'));
    return undefined;
  }
  const options = { placeHolder: question, matchOnDescription: true, matchOnDetail: true };
  if (several) {
    const picked = await window.showQuickPick(items, { ...options, canPickMany: true });
    return picked && picked.length > 0 ? picked.map(({ run }) => run) : undefined;
  }
  const picked = await window.showQuickPick(items, options);
  return picked && [picked.run];
}

export interface TargetExperiment {
  readonly uri: Uri;
  readonly folder: RunFolder;
}

/** The experiment file a command is about: a row, a file in the explorer, the open editor, or a pick. */
export async function targetExperiment(
  services: Services,
  clicked: unknown,
  question: string,
): Promise<TargetExperiment | undefined> {
  const uri = givenExperiment(services, clicked) ?? (await pickExperiment(services, question));
  if (!uri) return undefined;
  const folder = services.folders.of(uri);
  if (folder) return { uri, folder };
  void window.showErrorMessage(
    l10n.t('{0} lies outside the folders of this window. Open its folder to run it.', basename(uri.fsPath)),
  );
  return undefined;
}

function givenExperiment({ runView }: Services, clicked: unknown): Uri | undefined {
  if (clicked instanceof Uri) return clicked;
  if (isNode(clicked)) return uriOf(clicked);
  const active = window.activeTextEditor?.document.uri;
  if (active && isExperimentUri(active)) return active;
  const [selected] = runView.selection;
  return selected && runView.visible ? uriOf(selected) : undefined;
}

function uriOf(node: ExplorerNode): Uri | undefined {
  if (node.kind === 'sweep') return uriOf(node.parent);
  if (node.kind === 'experiment') return node.exists ? node.uri : undefined;
  return node.kind === 'run' ? Uri.file(node.record.file) : undefined;
}

async function pickExperiment({ files }: Services, question: string): Promise<Uri | undefined> {
  const all = await files.list();
  if (all.length === 0) {
    const create = l10n.t('New Experiment');
    const answer = await window.showInformationMessage(
      l10n.t('There is no experiment in this workspace yet.'),
      create,
    );
    if (answer === create) {
      const { commands } = await import('vscode');
      await commands.executeCommand('distillery.newExperiment');
    }
    return undefined;
  }
  const picked = await window.showQuickPick(
    all.map((uri) => ({
      label: basename(uri.path).replace(/\.distill\.json$/, ''),
      description: workspace.asRelativePath(uri),
      uri,
    })),
    { placeHolder: question, matchOnDescription: true },
  );
  return picked?.uri;
}

/** The folder where something new goes: the only one, or a picked one. */
export async function targetFolder({ folders }: Services): Promise<RunFolder | undefined> {
  const { all } = folders;
  if (all.length <= 1) return all[0];
  const active = window.activeTextEditor && folders.of(window.activeTextEditor.document.uri);
  const picked = await window.showQuickPick(
    all.map((folder) => ({
      label: folder.folder.name,
      description: folder.folder.uri.fsPath,
      picked: folder === active,
      folder,
    })),
    { placeHolder: l10n.t('In which folder?') },
  );
  return picked?.folder;
}
