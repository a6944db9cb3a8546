import { l10n, window } from 'vscode';
import type { Services } from '../services.ts';
import { targetFolder } from './targets.ts';

/** Sets the run database of a folder aside, after asking, and reads its runs from their directories into a new one. */
export async function rebuildDatabase(services: Services): Promise<void> {
  const failing = services.folders.all.filter(({ failure }) => failure !== undefined);
  const folder = failing.length === 1 ? failing[0] : await targetFolder(services);
  if (!folder) return;
  const yes = l10n.t('Rebuild');
  const answer = await window.showWarningMessage(
    l10n.t('Rebuild the run database of {0}?', folder.folder.name),
    {
      modal: true,
      detail: l10n.t(
        'The present file is set aside, not deleted. Runs are read from their folders, with results, curves, names, notes and tags. Runs whose folders were deleted are not there afterwards.',
      ),
    },
    yes,
  );
  if (answer !== yes) return;
  const { runs, problems, aside } = await folder.rebuild();
  for (const problem of problems) services.log.error(`rebuilding the runs of ${folder.folder.name}`, problem);
  const read = runs === 1 ? l10n.t('1 run was read.') : l10n.t('{0} runs were read.', runs);
  const left =
    problems.length > 0 && l10n.t('{0} folders could not be read; the log names them.', problems.length);
  const old = aside !== undefined && l10n.t('The old database is {0}.', aside);
  void window.showInformationMessage([read, left, old].filter(Boolean).join(' '));
}
