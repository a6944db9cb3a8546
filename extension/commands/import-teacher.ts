import { basename, posix, relative, sep } from 'node:path';
import { env, l10n, ProgressLocation, Uri, window, workspace } from 'vscode';
import { applyEdits, isExperimentUri } from '../config/experiment-document.ts';
import type { Services } from '../services.ts';
import { exists } from './file-commands.ts';
import { targetFolder } from './targets.ts';

/** Copies a trained model into the folder's teachers/, after making sure that it can be one, and offers to use it. */
export async function importTeacher(services: Services, source?: unknown): Promise<Uri | undefined> {
  const folder = await targetFolder(services);
  if (!folder) return undefined;
  const chosen =
    source instanceof Uri
      ? source
      : (
          await window.showOpenDialog({
            canSelectFiles: false,
            canSelectFolders: true,
            openLabel: l10n.t('Import'),
            title: l10n.t('Folder of a trained model: config.json and model.safetensors'),
          })
        )?.[0];
  if (!chosen) return undefined;
  const active = window.activeTextEditor?.document;
  const target = await window.withProgress(
    { location: ProgressLocation.Notification, title: l10n.t('Importing the teacher') },
    async () => {
      await services.checking.inspect(chosen.fsPath);
      const to = await unused(Uri.joinPath(folder.folder.uri, 'teachers', nameOf(chosen)));
      await workspace.fs.copy(chosen, to);
      return to;
    },
  );
  offerUse(target, active);
  return target;
}

/** student/ tells nobody what it is; the run it belongs to does. */
function nameOf(source: Uri): string {
  const own = basename(source.path);
  return own === 'student' ? basename(posix.dirname(source.path)) : own;
}

async function unused(target: Uri): Promise<Uri> {
  for (let count = 1; ; count++) {
    const candidate = count === 1 ? target : target.with({ path: `${target.path}-${count}` });
    if (!(await exists(candidate))) return candidate;
  }
}

function offerUse(teacher: Uri, active: import('vscode').TextDocument | undefined): void {
  const use = l10n.t('Use in {0}', active ? basename(active.uri.path) : '');
  const copy = l10n.t('Copy Path');
  const answers = active && isExperimentUri(active.uri) ? [use, copy] : [copy];
  void window
    .showInformationMessage(l10n.t('The teacher is in {0}.', workspace.asRelativePath(teacher)), ...answers)
    .then(async (answer) => {
      if (answer === copy) await env.clipboard.writeText(workspace.asRelativePath(teacher, false));
      if (answer !== use || !active) return;
      const { setValue } = await import('../../src/experiment/editing/edit.ts');
      const checkpoint = relative(posix.dirname(active.uri.fsPath), teacher.fsPath).split(sep).join('/');
      await applyEdits(active, setValue(active.getText(), ['teacher'], { checkpoint }));
    })
    .then(undefined, (error: unknown) => window.showErrorMessage(String(error)));
}
