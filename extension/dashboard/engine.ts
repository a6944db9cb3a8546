import { join } from 'node:path';
import type { WebviewPanel } from 'vscode';
import type { KeptView } from '../../webview/kept-view.ts';
import { Disposables } from '../disposables.ts';
import type { Services } from '../services.ts';
import { Comparisons } from './comparisons.ts';
import { DashboardPanel } from './dashboard-panel.ts';
import { LiveRows } from './rows/live-rows.ts';
import { RowCache } from './rows/row-cache.ts';
import type { ViewMemory } from './view-memory.ts';

/** What all dashboards of a window share: the rows, and the thread that compares. */
export class DashboardEngine extends Disposables {
  readonly #services: Services;
  readonly rows: LiveRows;
  readonly comparisons: Comparisons;

  constructor(services: Services) {
    super();
    this.#services = services;
    const { context, folders, log } = services;
    this.comparisons = this.add(new Comparisons(join(context.extensionPath, 'dist/comparison.mjs')));
    this.rows = this.add(
      new LiveRows(new RowCache(() => folders.all), (error) =>
        log.error('reading runs for the dashboard', error),
      ),
    );
    this.add(folders.onDidChange(({ ids }) => this.rows.changed(ids)));
    this.add(folders.onDidReplace(() => this.rows.changed(undefined)));
  }

  panel(panel: WebviewPanel, memory: ViewMemory, view: KeptView): DashboardPanel {
    const { rows, comparisons } = this;
    return new DashboardPanel(this.#services, panel, { rows, comparisons, memory, view });
  }
}
