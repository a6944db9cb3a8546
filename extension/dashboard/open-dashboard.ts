import { l10n, ViewColumn, window } from 'vscode';
import type { Services } from '../services.ts';
import { learningCurvesOf } from '../workspace/learning-curves.ts';
import type { FoundRun } from '../workspace/run-folders.ts';

const most = 200;

/** Opens teacher and student side by side: for the given runs, or for all that are here. */
export async function openDashboard(context: Services, runs?: readonly FoundRun[]): Promise<void> {
  const shown = runs ?? (await allRuns(context));
  const { compareRuns } = await import('../../src/compare/figures.ts');
  const { renderHtml } = await import('../../src/compare/html.ts');
  const panel = window.createWebviewPanel('distillery.dashboard', l10n.t('Comparison'), ViewColumn.Active, {
    enableScripts: false,
    localResourceRoots: [],
    enableFindWidget: true,
  });
  panel.webview.html = renderHtml(compareRuns(shown.map(({ record }) => record)), {
    generatedAt: new Date(),
    curves: await learningCurvesOf(shown),
  });
}

async function allRuns({ folders }: Services): Promise<FoundRun[]> {
  const found: FoundRun[] = [];
  for (const folder of folders.all)
    for (const record of await folder.list({ limit: most - found.length })) found.push({ folder, record });
  return found;
}
