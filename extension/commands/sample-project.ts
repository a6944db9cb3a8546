import { join } from 'node:path';
import { commands, l10n, ProgressLocation, Uri, window, workspace } from 'vscode';
import { UserError } from '../../src/base/user-error.ts';
import type { Services } from '../services.ts';
import { exists } from './file-commands.ts';

const folderName = 'distillery-sample';

/** The sample project as the extension brings it. */
export const sampleFolder = ({ context }: Services): string => join(context.extensionPath, 'dist', 'sample');

/** Copies the sample with its real images: into the open folder if that is empty, else into a new one. */
export async function createSampleProject(services: Services, place?: unknown): Promise<Uri | undefined> {
  const parent = place instanceof Uri ? place : await askForPlace();
  if (!parent) return undefined;
  const target = (await isEmpty(parent)) ? parent : await unused(Uri.joinPath(parent, folderName));
  const source = Uri.file(sampleFolder(services));
  await window
    .withProgress(
      { location: ProgressLocation.Notification, title: l10n.t('Creating the sample project') },
      async () => {
        await workspace.fs.createDirectory(target);
        for (const [name] of await workspace.fs.readDirectory(source))
          await workspace.fs.copy(Uri.joinPath(source, name), Uri.joinPath(target, name), {
            overwrite: false,
          });
      },
    )
    .then(undefined, (error: unknown) => {
      throw new UserError(l10n.t('The sample cannot be written to {0}.', target.fsPath), {
        remedy: l10n.t('Choose another folder.'),
        cause: error,
      });
    });
  if (workspace.getWorkspaceFolder(target)) {
    await window.showTextDocument(Uri.joinPath(target, 'digits-response.distill.json'), { preview: false });
    await commands.executeCommand('distillery.runs.focus');
  } else await offerToOpen(target);
  return target;
}

async function askForPlace(): Promise<Uri | undefined> {
  const [open] = workspace.workspaceFolders ?? [];
  if (open && (await isEmpty(open.uri))) return open.uri;
  const [picked] =
    (await window.showOpenDialog({
      canSelectFiles: false,
      canSelectFolders: true,
      defaultUri: open?.uri,
      openLabel: l10n.t('Create Here'),
      title: l10n.t('Where is the sample project to go?'),
    })) ?? [];
  return picked;
}

/** Nothing in it but what VS Code or git may have put there. */
async function isEmpty(folder: Uri): Promise<boolean> {
  try {
    const entries = await workspace.fs.readDirectory(folder);
    return entries.every(([name]) => ['.vscode', '.git', '.distillery', '.DS_Store'].includes(name));
  } catch {
    return true;
  }
}

async function unused(target: Uri): Promise<Uri> {
  for (let count = 1; ; count++) {
    const candidate = count === 1 ? target : target.with({ path: `${target.path}-${count}` });
    if (!(await exists(candidate))) return candidate;
  }
}

async function offerToOpen(target: Uri): Promise<void> {
  const here = l10n.t('Open');
  const elsewhere = l10n.t('Open in New Window');
  const answer = await window.showInformationMessage(
    l10n.t('The sample project is in {0}.', target.fsPath),
    here,
    elsewhere,
  );
  if (answer === here || answer === elsewhere)
    await commands.executeCommand('vscode.openFolder', target, { forceNewWindow: answer === elsewhere });
}
