import { join } from 'node:path';
import { l10n, type QuickPickItem, Uri, window, workspace } from 'vscode';
import { UserError } from '../../src/base/user-error.ts';
import { openDashboard as showDashboard } from '../dashboard/open-dashboard.ts';
import type { Services } from '../services.ts';
import type { FoundRun } from '../workspace/runs/run-folders.ts';
import { runsOfRows, targetRuns } from './targets.ts';

export async function openDashboard(services: Services, ...args: unknown[]): Promise<void> {
  await showDashboard(services, await runsOfRows(services, args));
}

export async function compareSelected(services: Services, ...args: unknown[]): Promise<void> {
  const runs = await targetRuns(services, args, {}, l10n.t('Which runs are to be compared?'), true);
  if (!runs) return;
  if (runs.length < 2)
    throw new UserError(l10n.t('A comparison needs at least two runs.'), {
      remedy: l10n.t('Select several in the run explorer with Ctrl or Shift, or pick several from the list.'),
    });
  await showDashboard(services, runs);
}

type Format = 'csv' | 'md' | 'html' | 'tex' | 'json';

/** Writes the comparison of the given runs, or of all that ended, to a file. */
export async function exportComparison(services: Services, ...args: unknown[]): Promise<Uri | undefined> {
  const runs = await comparedRuns(services, args);
  if (runs.length === 0) {
    void window.showInformationMessage(l10n.t('No run has ended yet, so there is nothing to export.'));
    return undefined;
  }
  const formats: (QuickPickItem & { format: Format })[] = [
    {
      label: l10n.t('Web page'),
      description: '.html',
      detail: l10n.t('One file with all charts'),
      format: 'html',
    },
    { label: 'Markdown', description: '.md', format: 'md' },
    { label: 'CSV', description: '.csv', detail: l10n.t('One line per run, raw numbers'), format: 'csv' },
    { label: l10n.t('LaTeX table'), description: '.tex', format: 'tex' },
    { label: 'JSON', description: '.json', format: 'json' },
  ];
  const picked = await window.showQuickPick(formats, { placeHolder: l10n.t('Export as') });
  if (!picked) return undefined;
  const root = runs[0]!.folder.folder.uri.fsPath;
  const target = await window.showSaveDialog({
    defaultUri: Uri.file(join(root, `comparison.${picked.format}`)),
    filters: { [picked.label]: [picked.format] },
    title: l10n.t('Export Comparison'),
  });
  if (!target) return undefined;
  await workspace.fs.writeFile(target, Buffer.from(await render(runs, picked.format)));
  const open = l10n.t('Open');
  void window
    .showInformationMessage(l10n.t('The comparison of {0} runs is in {1}.', runs.length, target.fsPath), open)
    .then(async (answer) => {
      if (answer !== open) return;
      const { env } = await import('vscode');
      if (picked.format === 'html' && env.remoteName === undefined) await env.openExternal(target);
      else await window.showTextDocument(target);
    });
  return target;
}

async function comparedRuns(services: Services, args: readonly unknown[]): Promise<readonly FoundRun[]> {
  if (args[0] !== undefined || services.runView.selection.some(({ kind }) => kind === 'run'))
    return (await targetRuns(services, args, {}, l10n.t('Which runs?'), true)) ?? [];
  const all = await Promise.all(
    services.folders.all.map(async (folder) =>
      (await folder.list({ states: ['completed'] })).map((record) => ({ folder, record })),
    ),
  );
  return all.flat();
}

async function render(runs: readonly FoundRun[], format: Format): Promise<string> {
  const { compareRuns } = await import('../../src/compare/figures.ts');
  const comparison = compareRuns(runs.map(({ record }) => record));
  switch (format) {
    case 'csv':
      return (await import('../../src/compare/reports/csv.ts')).renderCsv(comparison);
    case 'md':
      return (await import('../../src/compare/reports/markdown.ts')).renderMarkdown(comparison);
    case 'tex':
      return (await import('../../src/compare/reports/latex.ts')).renderLatex(comparison);
    case 'json':
      return (await import('../../src/compare/reports/json.ts')).renderJson(comparison);
    case 'html': {
      const { renderHtml } = await import('../../src/compare/reports/html.ts');
      const { learningCurvesOf } = await import('../workspace/learning-curves.ts');
      return renderHtml(comparison, { generatedAt: new Date(), curves: await learningCurvesOf(runs) });
    }
  }
}
