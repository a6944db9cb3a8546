import { realpath } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { commands, env, l10n, Uri, window, workspace } from 'vscode';
import { UserError } from '../../src/base/user-error.ts';
import {
  activeStates,
  endStates,
  isResumable,
  type RunState,
} from '../../src/worker/directory/run-states.ts';
import { openRunFolder, reveal } from '../commands/file-commands.ts';
import { remove } from '../commands/label-commands.ts';
import { resume, stop } from '../commands/run-commands.ts';
import { agreeToServer } from '../server/agreement.ts';
import type { Services } from '../services.ts';
import { exportAfterRun } from '../workspace/export-setting.ts';
import { permalink } from '../workspace/permalink.ts';
import type { FoundRun } from '../workspace/runs/run-folders.ts';
import type { Comparisons } from './comparisons.ts';
import { findRun, findRuns } from './rows/found-runs.ts';
import type { ActionMessage } from './session.ts';

export interface ActionSources {
  readonly services: Services;
  readonly comparisons: Comparisons;
  /** These runs are not as they were. */
  changed(ids: readonly string[]): void;
  /** Runs that are marked as baselines just now. */
  baselines(): readonly string[];
  /** Shows a run in the dashboard the command came from. */
  show(run: string): void;
}

/** What leaves everything as it is, and so is allowed in a folder that is not trusted. */
const harmless: ReadonlySet<ActionMessage['name']> = new Set([
  ...([
    'openFile',
    'readAgain',
    'openExperiment',
    'revealDirectory',
    'revealExport',
    'copy',
    'copyLink',
    'saveReport',
    'saveFile',
  ] as const),
]);

/** Does what the page wants done. Rejects with UserError, in the words of which the page says why it was not. */
export async function act(message: ActionMessage, sources: ActionSources): Promise<void> {
  const { services, comparisons, baselines, changed, show } = sources;
  const folders = services.folders.all;
  if (!harmless.has(message.name) && !workspace.isTrusted)
    throw new UserError(l10n.t('This folder is not trusted, so nothing runs or changes in it.'), {
      remedy: l10n.t('Trust it by “Workspaces: Manage Workspace Trust”.'),
    });
  switch (message.name) {
    case 'readAgain':
      await commands.executeCommand('distillery.refreshRuns');
      return;
    case 'rebuild':
      await commands.executeCommand('distillery.rebuildDatabase');
      return;
    case 'newExperiment':
      await commands.executeCommand('distillery.newExperiment');
      return;
    case 'createSampleProject':
      await commands.executeCommand('distillery.createSampleProject');
      return;
    case 'stop': {
      const ids = await inState(folders, message.runs, activeStates, (name) =>
        l10n.t('{0} has ended already.', name),
      );
      await stop(services, ids);
      return changed(ids);
    }
    case 'cancel': {
      const ids = await inState(folders, message.runs, activeStates, (name) =>
        l10n.t('{0} has ended already.', name),
      );
      const { runEngine } = await import('../workspace/runs/run-engine.ts');
      for (const { folder, record } of await findRuns(folders, ids)) {
        services.notices.expectEnd(record.id);
        await runEngine.stopRun(await folder.writer(), record.id, 'cancel');
        await folder.look();
      }
      return changed(ids);
    }
    case 'resume': {
      const ids = await inState(folders, message.runs, isResumable, (name) =>
        l10n.t('{0} cannot go on.', name),
      );
      await resume(services, ids);
      return changed(ids);
    }
    case 'remove': {
      const ids = await inState(folders, message.runs, endStates, (name) =>
        l10n.t('{0} is not over yet.', name),
      );
      await remove(services, ids);
      return changed(ids);
    }
    case 'rename':
      return label(sources, message.run, async (store, id) => store.rename(id, message.newName));
    case 'note':
      return label(sources, message.run, async (store, id) => store.setNote(id, message.note));
    case 'tag':
      return label(sources, message.run, async (store, id, { tags }) => {
        const removed = tags.filter((tag) => !message.tags.includes(tag));
        if (removed.length > 0) await store.untag(id, ...removed);
        const added = message.tags.filter((tag) => !tags.includes(tag));
        if (added.length > 0) await store.tag(id, ...added);
      });
    case 'baseline': {
      const before = baselines();
      await label(sources, message.run, (store, id) => store.setBaseline(message.baseline ? id : undefined));
      return changed(before);
    }
    case 'runChange': {
      const { folder, record } = await findRun(folders, message.run);
      const { runChange } = await import('./changes/run-change.ts');
      const { checking: checker, deviceReports } = services;
      const devices = () => deviceReports.list();
      const id = await services.folders.making(folder, async () => {
        const made = await runChange(await folder.writer(), record, message.edits, {
          checker,
          devices,
          agree: agreeToServer,
          export: exportAfterRun(folder.folder.uri),
        });
        if (made === undefined) return undefined;
        services.cautions.tell(folder, [made]);
        await services.notices.await([made]);
        await folder.look();
        return made;
      });
      if (id === undefined) return;
      changed([id]);
      const open = l10n.t('Show');
      void window
        .showInformationMessage(l10n.t('A changed copy of {0} is queued.', record.name), open)
        .then((answer) => answer === open && show(id));
      return;
    }
    case 'writeToFile': {
      const { record } = await findRun(folders, message.run);
      const { writeToFile } = await import('./changes/write-to-file.ts');
      return writeToFile(record, message.edits);
    }
    case 'openFile': {
      const { record } = await findRun(folders, message.run);
      await commands.executeCommand('vscode.open', await fileWithin(record.directory, message.path));
      return;
    }
    case 'openExperiment': {
      const { record } = await findRun(folders, message.run);
      const { experimentOf } = await import('./changes/write-to-file.ts');
      await window.showTextDocument(await experimentOf(record.file));
      return;
    }
    case 'revealDirectory':
      await findRun(folders, message.run);
      return openRunFolder(services, message.run);
    case 'exportStudent':
      await findRun(folders, message.run);
      await commands.executeCommand('distillery.exportStudent', message.run);
      return;
    case 'revealExport': {
      const { record } = await findRun(folders, message.run);
      const { exportsOf } = await import('../../src/runs/exports/recorded-exports.ts');
      if (!exportsOf(record).some(({ folder }) => folder === message.folder))
        throw new UserError(l10n.t('The run was not exported to {0}.', message.folder));
      return reveal(Uri.file(message.folder));
    }
    case 'copy':
      await env.clipboard.writeText(message.text);
      return;
    case 'copyLink':
      await findRun(folders, message.run);
      await env.clipboard.writeText(permalink(message.run).toString());
      window.setStatusBarMessage(l10n.t('Copied'), 2000);
      return;
    case 'saveReport': {
      const { saveReport } = await import('./save.ts');
      await saveReport(await findRuns(folders, message.runs), message.format, comparisons);
      return;
    }
    case 'saveFile': {
      const { saveFile } = await import('./save.ts');
      await saveFile(message);
      return;
    }
  }
}

type Folders = Services['folders']['all'];
type Writer = Awaited<ReturnType<FoundRun['folder']['writer']>>;

/** Ids of the runs that are in one of these states, or for which this holds. @throws UserError where none is. */
async function inState(
  folders: Folders,
  ids: readonly string[],
  fits: readonly RunState[] | ((record: FoundRun['record']) => boolean),
  otherwise: (name: string) => string,
): Promise<string[]> {
  const found = await findRuns(folders, ids);
  const fit = found.filter(({ record }) =>
    typeof fits === 'function' ? fits(record) : fits.includes(record.state),
  );
  if (fit.length > 0) return fit.map(({ record }) => record.id);
  const [first] = found;
  throw first
    ? new UserError(otherwise(first.record.name))
    : new UserError(l10n.t('These runs are not there any more.'));
}

async function label(
  { services, changed }: ActionSources,
  run: string,
  work: (store: Writer, id: string, record: FoundRun['record']) => Promise<void>,
): Promise<void> {
  const { folder, record } = await findRun(services.folders.all, run);
  await work(await folder.writer(), run, record);
  changed([run]);
  await folder.look();
}

/** A file of a run, and no other, whatever the path says or a link leads to. */
async function fileWithin(directory: string, path: string): Promise<Uri> {
  const gone = () => new UserError(l10n.t('The run has no file {0} any more.', path));
  const [root, file] = await Promise.all([realpath(directory), realpath(resolve(directory, path))]).catch(
    () => {
      throw gone();
    },
  );
  if (!file.startsWith(root + sep)) throw gone();
  return Uri.file(file);
}
