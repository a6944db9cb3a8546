import { join } from 'node:path';
import type { WebviewPanel } from 'vscode';
import type { SampleViewer } from '../../src/checks/apart/checker.ts';
import type { KeptView } from '../../webview/kept-view.ts';
import { Disposables } from '../disposables.ts';
import type { Services } from '../services.ts';
import { Checking } from '../workspace/checking.ts';
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
  /** A process of its own: data that is read for a while holds no check up. */
  readonly viewer: SampleViewer;

  constructor(services: Services) {
    super();
    this.#services = services;
    const { context, folders, log } = services;
    this.comparisons = this.add(new Comparisons(join(context.extensionPath, 'dist/comparison.mjs')));
    this.viewer = this.add(new Checking(context));
    this.rows = this.add(
      new LiveRows(new RowCache(() => folders.all), (error) =>
        log.error('reading runs for the dashboard', error),
      ),
    );
    this.add(folders.onDidChange(({ ids }) => this.rows.changed(ids)));
    this.add(folders.onDidReplace(() => this.rows.changed(undefined)));
  }

  panel(panel: WebviewPanel, memory: ViewMemory, view: KeptView): DashboardPanel {
    const { rows, comparisons, viewer } = this;
    return new DashboardPanel(this.#services, panel, { rows, comparisons, viewer, memory, view });
  }
}
