import { type CustomReadonlyEditorProvider, type Disposable, Uri, type WebviewPanel, window } from 'vscode';
import { isRunId } from '../../src/runs/run-id.ts';
import { droppedRuns } from '../contributions/custom-editors.ts';
import type { Services } from '../services.ts';

/**
 * VS Code opens what is dropped among the editors, and lets nothing fall into a page. So dragged runs go by the name of a
 * file that exists nowhere; opening it leads the dashboard of that place to these runs.
 */
export const uriOfRuns = (ids: readonly string[]): Uri =>
  Uri.from({ scheme: 'distillery', path: `/${droppedRuns.fileName}`, query: ids.join(',') });

const runsOf = ({ query }: Uri): string[] => query.split(',').filter(isRunId);

/** Takes dropped runs to the dashboard of the column they fell into: beside those it shows already. */
export function registerRunDrop(services: Services): Disposable {
  const provider: CustomReadonlyEditorProvider = {
    openCustomDocument: (uri) => ({ uri, dispose() {} }),
    resolveCustomEditor: ({ uri }, editor) => {
      // Once VS Code has done with opening: what is closed while it opens would be told as an error.
      setTimeout(() => void lead(services, runsOf(uri), editor), 0);
    },
  };
  return window.registerCustomEditorProvider(droppedRuns.viewType, provider);
}

async function lead(services: Services, dropped: readonly string[], editor: WebviewPanel): Promise<void> {
  try {
    const there = services.dashboards.all.find(({ panel }) => panel.viewColumn === editor.viewColumn);
    const shown = there?.navigation;
    const before = shown?.view === 'compare' ? shown.runs : shown?.view === 'run' ? [shown.run] : [];
    const runs = [...new Set([...before, ...dropped])];
    const [first, second] = runs;
    if (first === undefined) return;
    await services.dashboards.open(
      services,
      second === undefined ? { view: 'run', run: first } : { view: 'compare', runs },
    );
  } catch (error) {
    services.log.error('showing dropped runs', error);
  } finally {
    editor.dispose();
  }
}
