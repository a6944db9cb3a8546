import { l10n, type Uri, workspace } from 'vscode';
import { UserError } from '../../src/experiment/user-error.ts';

/** @throws UserError for a file that lies in no folder of the window, which is none of its business to change. */
export function requireInFolder(uri: Uri): void {
  if (workspace.getWorkspaceFolder(uri)) return;
  throw new UserError(l10n.t('{0} lies outside the folders of this window.', uri.fsPath), {
    remedy: l10n.t('Open its folder to change it.'),
  });
}
