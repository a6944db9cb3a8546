import { join } from 'node:path';
import { commands, l10n, ProgressLocation, Uri, window, workspace } from 'vscode';
import { Interruption } from '../../src/base/interruption.ts';
import { UserError } from '../../src/base/user-error.ts';
import type { ExportPlan } from '../../src/export/export-model.ts';
import type { RecordedExport } from '../../src/runs/exports/export-recorded.ts';
import type { CommandId } from '../contributions/commands.ts';
import type { Services } from '../services.ts';
import type { FoundRun } from '../workspace/runs/run-folders.ts';
import { chooseForms } from './export-forms.ts';
import { exportedText, exportInDoubt } from './exported-text.ts';
import { reveal } from './file-commands.ts';
import { targetRuns } from './targets.ts';

/** What became of one run. */
interface Outcome {
  readonly run: FoundRun;
  readonly folder: Uri;
  readonly exported?: RecordedExport;
  readonly error?: unknown;
}

/**
 * Writes the students of runs in forms that run elsewhere, each file held against the trained model. In the folder that is
 * chosen, each run gets a folder of its own. @returns the folders that were written
 */
export async function exportStudent(services: Services, ...args: unknown[]): Promise<Uri[] | undefined> {
  if (!workspace.isTrusted)
    throw new UserError(l10n.t('This folder is not trusted, so nothing runs in it.'), {
      remedy: l10n.t('Trust it by “Workspaces: Manage Workspace Trust”.'),
    });
  const completed = { states: ['completed'] } as const;
  const runs = await targetRuns(services, args, completed, l10n.t('Which runs’ students?'), true);
  if (!runs) return undefined;
  const plan = await chooseForms(services.context.globalState);
  if (!plan) return undefined;
  const [parent] =
    (await window.showOpenDialog({
      canSelectFiles: false,
      canSelectFolders: true,
      openLabel: l10n.t('Export Here'),
      title: titleOf(runs),
    })) ?? [];
  if (!parent) return undefined;
  const outcomes = await exportAll(services, runs, plan, parent);
  for (const outcome of outcomes) if (outcome.exported) tell(outcome, outcome.exported);
  const failed = outcomes.filter(({ error }) => error !== undefined);
  for (const { error, run } of failed.slice(1))
    services.log.error(`exporting the student of ${run.record.id}`, error);
  if (failed[0]) throw failed[0].error;
  return outcomes.flatMap(({ exported, folder }) => (exported ? folder : []));
}

const titleOf = (runs: readonly FoundRun[]): string =>
  runs.length === 1
    ? l10n.t('Export the student of {0}', runs[0]!.record.name)
    : l10n.t('Export the students of {0} runs', runs.length);

/** One after another, with progress and a way to stop; what was whole when it was stopped stays. */
function exportAll(
  { exporting }: Services,
  runs: readonly FoundRun[],
  plan: ExportPlan,
  parent: Uri,
): Thenable<Outcome[]> {
  const stop = new AbortController();
  return window.withProgress(
    { location: ProgressLocation.Notification, title: titleOf(runs), cancellable: true },
    async (progress, token) => {
      token.onCancellationRequested(() => {
        progress.report({ message: l10n.t('Stopping …') });
        stop.abort();
      });
      const outcomes: Outcome[] = [];
      for (const [index, run] of runs.entries()) {
        const folder = Uri.file(join(parent.fsPath, run.record.id));
        const place = runs.length === 1 ? '' : `${l10n.t('{0} of {1}', index + 1, runs.length)} · `;
        try {
          const exported = await exporting.export(run, {
            to: folder.fsPath,
            plan,
            tell: (line) => stop.signal.aborted || progress.report({ message: `${place}${line}` }),
            signal: stop.signal,
          });
          outcomes.push({ run, folder, exported });
        } catch (error) {
          if (error instanceof Interruption) break;
          outcomes.push({ run, folder, error });
        }
      }
      if (stop.signal.aborted)
        window.setStatusBarMessage(l10n.t('Stopped; nothing of the unfinished model was kept.'), 5000);
      return outcomes;
    },
  );
}

/** Says how each file answers, and what of it is in doubt; nobody waits for it. */
function tell({ run, folder }: Outcome, exported: RecordedExport): void {
  const show = exportInDoubt(exported) ? window.showWarningMessage : window.showInformationMessage;
  const open = l10n.t('Open Folder');
  const dashboard = l10n.t('Open Dashboard');
  void show(exportedText(run.record.name, exported), open, dashboard).then(async (answer) => {
    if (answer === open) await reveal(folder);
    if (answer === dashboard)
      await commands.executeCommand('distillery.openDashboard' satisfies CommandId, run.record.id);
  });
}
