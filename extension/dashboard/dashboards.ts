import { type Disposable, l10n, ViewColumn, type WebviewPanel, window } from 'vscode';
import type { Navigation } from '../../webview/protocol.ts';
import { Disposables } from '../disposables.ts';
import type { Services } from '../services.ts';
import type { DashboardPanel } from './dashboard-panel.ts';
import type { DashboardEngine } from './engine.ts';

export const dashboardType = 'distillery.dashboard';

/** The dashboards of this window, at most one in each column. What they need is loaded with the first. */
export class Dashboards extends Disposables {
  readonly #panels = new Set<DashboardPanel>();
  #engine: Promise<DashboardEngine> | undefined;

  get all(): readonly DashboardPanel[] {
    return [...this.#panels];
  }

  /** Dashboards of the last session are made anew by VS Code, which keeps where they were. */
  restore(services: Services): Disposable {
    return window.registerWebviewPanelSerializer(dashboardType, {
      deserializeWebviewPanel: async (panel) => {
        await this.#adopt(services, panel);
      },
    });
  }

  /** Opens a dashboard in the active column, or leads the one that is there. */
  async open(services: Services, navigation?: Navigation): Promise<DashboardPanel> {
    // Both take their time: the engine loads while VS Code makes the panel.
    void this.#load(services);
    const column = window.tabGroups.activeTabGroup.viewColumn;
    const there = this.all.find(({ panel }) => panel.viewColumn === column);
    if (there) {
      there.show(navigation);
      return there;
    }
    const panel = window.createWebviewPanel(dashboardType, l10n.t('Dashboard'), ViewColumn.Active, {
      enableScripts: true,
      localResourceRoots: [],
      // What one reads, writes and has scrolled to is worth its memory.
      retainContextWhenHidden: true,
      enableFindWidget: true,
    });
    const dashboard = await this.#adopt(services, panel);
    if (navigation) dashboard.session.navigate(navigation);
    return dashboard;
  }

  async #adopt(services: Services, panel: WebviewPanel): Promise<DashboardPanel> {
    const dashboard = (await this.#load(services)).panel(panel);
    this.#panels.add(dashboard);
    panel.onDidDispose(() => this.#panels.delete(dashboard));
    return dashboard;
  }

  #load(services: Services): Promise<DashboardEngine> {
    this.#engine ??= import('./engine.ts').then(({ DashboardEngine }) =>
      this.add(new DashboardEngine(services)),
    );
    return this.#engine;
  }
}
