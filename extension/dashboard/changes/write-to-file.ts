import { basename } from 'node:path';
import { l10n, Uri, window } from 'vscode';
import { UserError } from '../../../src/base/user-error.ts';
import type { RunRecord } from '../../../src/runs/database/run-records.ts';
import type { ConfigEdit } from '../../../webview/protocol/messages.ts';
import { exists } from '../../commands/file-commands.ts';
import { applyEdits, openExperiment } from '../../config/experiment-document.ts';
import { requireInFolder } from '../../workspace/own-files.ts';
import { changedExperiment } from './changed-experiment.ts';

/** Writes hyperparameters into the experiment file a run was made from, as one step that undo takes back. */
export async function writeToFile(
  { file, config }: RunRecord,
  changes: readonly ConfigEdit[],
): Promise<void> {
  const uri = await experimentOf(file);
  await requireInFolder(uri);
  const document = await openExperiment(uri);
  const { edits } = await changedExperiment(document.getText(), config, changes);
  await applyEdits(document, edits);
  window.setStatusBarMessage(
    edits.length === 0
      ? l10n.t('{0} says so already.', basename(file))
      : l10n.t('Written to {0}.', basename(file)),
    5000,
  );
}

/** @throws UserError where the file is gone. */
export async function experimentOf(file: string): Promise<Uri> {
  const uri = Uri.file(file);
  if (await exists(uri)) return uri;
  throw new UserError(l10n.t('The experiment file {0} is not there any more.', file), {
    remedy: l10n.t('The run still shows with which configuration it ran.'),
  });
}
