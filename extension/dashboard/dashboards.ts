import {
  type Disposable,
  env,
  l10n,
  TabInputWebview,
  UIKind,
  ViewColumn,
  type WebviewPanel,
  window,
  workspace,
} from 'vscode';
import type { KeptView } from '../../webview/kept-view.ts';
import type { Navigation } from '../../webview/protocol/messages.ts';
import { Disposables } from '../disposables.ts';
import type { Services } from '../services.ts';
import type { DashboardPanel } from './dashboard-panel.ts';
import type { DashboardEngine } from './engine.ts';
import { ViewMemory } from './view-memory.ts';

export const dashboardType = 'distillery.dashboard';

/** The dashboards of this window, at most one in each column. What they need is loaded with the first. */
export class Dashboards extends Disposables {
  readonly #panels = new Set<DashboardPanel>();
  #engine: Promise<DashboardEngine> | undefined;
  #memory: ViewMemory | undefined;

  get all(): readonly DashboardPanel[] {
    return [...this.#panels];
  }

  /** Dashboards of the last session are made anew by VS Code, which keeps where they were. */
  restore(services: Services): Disposable {
    const restoring = window.registerWebviewPanelSerializer(dashboardType, {
      deserializeWebviewPanel: async (panel, kept) => {
        await this.#adopt(services, panel, this.#remembered(services).restored(kept));
      },
    });
    this.#bringBack(services);
    return restoring;
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
    const dashboard = await this.#make(services, ViewColumn.Active, this.#remembered(services).fresh());
    if (navigation) dashboard.session.navigate(navigation);
    return dashboard;
  }

  /** A browser that is reloaded soon after a dashboard was opened forgets that it was: VS Code had not written it down. */
  #bringBack(services: Services): void {
    if (
      env.uiKind !== UIKind.Web ||
      !workspace.getConfiguration('workbench.editor').get('restoreEditors', true)
    )
      return;
    const lost = this.#remembered(services).lost();
    const tabs = window.tabGroups.all.flatMap(({ tabs }) => tabs);
    const there = tabs.some(
      ({ input }) => input instanceof TabInputWebview && input.viewType.endsWith(dashboardType),
    );
    if (!lost || there) return;
    this.#make(
      services,
      lost.column ?? ViewColumn.Active,
      this.#remembered(services).restored(lost.view),
    ).catch((error: unknown) => services.log.error('bringing a dashboard back', error));
  }

  #make(services: Services, column: ViewColumn, view: KeptView): Promise<DashboardPanel> {
    const panel = window.createWebviewPanel(dashboardType, l10n.t('Dashboard'), column, {
      enableScripts: true,
      localResourceRoots: [],
      // What one reads, writes and has scrolled to is worth its memory.
      retainContextWhenHidden: true,
      enableFindWidget: true,
    });
    return this.#adopt(services, panel, view);
  }

  async #adopt(services: Services, panel: WebviewPanel, view: KeptView): Promise<DashboardPanel> {
    const engine = await this.#load(services);
    const dashboard = engine.panel(panel, this.#remembered(services), view);
    this.#panels.add(dashboard);
    panel.onDidDispose(() => this.#panels.delete(dashboard));
    return dashboard;
  }

  #remembered({ context }: Services): ViewMemory {
    this.#memory ??= new ViewMemory(context.workspaceState);
    return this.#memory;
  }

  #load(services: Services): Promise<DashboardEngine> {
    this.#engine ??= import('./engine.ts').then(({ DashboardEngine }) =>
      this.add(new DashboardEngine(services)),
    );
    return this.#engine;
  }
}
