import { realpath } from 'node:fs/promises';
import { l10n, type Uri, workspace } from 'vscode';
import { UserError } from '../../src/base/user-error.ts';
import { isWithin } from '../../src/worker/directory/project-path.ts';

/**
 * @throws UserError for a file that lies in no folder of the window, by its name or where a link leads: it is none of the
 * window's business to change.
 */
export async function requireInFolder(uri: Uri): Promise<void> {
  const folder = workspace.getWorkspaceFolder(uri);
  const real = (path: string) => realpath(path).catch(() => path);
  if (folder && isWithin(await real(folder.uri.fsPath), await real(uri.fsPath))) return;
  throw new UserError(l10n.t('{0} lies outside the folders of this window.', uri.fsPath), {
    remedy: l10n.t('Open its folder to change it.'),
  });
}
