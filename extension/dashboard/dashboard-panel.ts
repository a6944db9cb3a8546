import { randomBytes } from 'node:crypto';
import { l10n, Uri, type WebviewPanel, workspace } from 'vscode';
import type { SampleViewer } from '../../src/checks/apart/checker.ts';
import { type KeptView, keptViewOf } from '../../webview/kept-view.ts';
import type { Navigation } from '../../webview/protocol/messages.ts';
import { Disposables } from '../disposables.ts';
import type { Services } from '../services.ts';
import { act } from './actions.ts';
import type { Comparisons } from './comparisons.ts';
import { pageHtml } from './page-html.ts';
import type { LiveRows } from './rows/live-rows.ts';
import { Session } from './session.ts';
import type { ViewMemory } from './view-memory.ts';

/** What a dashboard shares with the others, and how it is set at first. */
export interface PanelParts {
  readonly rows: LiveRows;
  readonly comparisons: Comparisons;
  readonly viewer: SampleViewer;
  readonly memory: ViewMemory;
  readonly view: KeptView;
}

/** One dashboard: VS Code's panel with our page in it. */
export class DashboardPanel extends Disposables {
  readonly panel: WebviewPanel;
  readonly session: Session;
  /** What it shows. */
  navigation: Navigation = { view: 'overview' };

  constructor(
    services: Services,
    panel: WebviewPanel,
    { rows, comparisons, viewer, memory, view }: PanelParts,
  ) {
    super();
    this.panel = panel;
    const { context, folders, log } = services;
    // While the page loads, so that it finds its rows there; what fails is told when the page asks.
    rows.load().catch(() => undefined);
    this.session = this.add(
      new Session({
        rows,
        comparisons,
        viewer,
        folders: () => folders.all,
        failures: () =>
          folders.all.flatMap(({ failure, folder: { name } }) => (failure ? [{ name, error: failure }] : [])),
        trusted: () => workspace.isTrusted,
        post: (message) => {
          if (!this.disposed) void panel.webview.postMessage(message);
        },
        act: (message) =>
          act(message, {
            services,
            comparisons,
            changed: (ids) => rows.changed(ids),
            baselines: () => rows.cache.snapshot().runs.flatMap(({ baseline, id }) => (baseline ? id : [])),
            show: (run) => this.show({ view: 'run', run }),
          }),
        navigated: (navigation) => {
          this.navigation = navigation;
          panel.title = titleOf(navigation, rows);
        },
        keepView: (now) => {
          const kept = keptViewOf(now);
          if (kept?.panel === view.panel) memory.keep(kept, panel.viewColumn);
        },
        savedViews: memory.savedViews,
        log: (doing, error) => log.error(doing, error),
      }),
    );
    this.add(folders.onDidFail(() => this.session.tellUnreadable()));
    this.add(
      folders.onDidChange(({ ids }) => {
        if (ids === undefined) this.session.tellUnreadable();
      }),
    );
    // The tab bears the name of its run, whoever renames it.
    this.add({
      dispose: rows.subscribe(() => {
        const title = titleOf(this.navigation, rows);
        if (panel.title !== title) panel.title = title;
      }),
    });
    this.add(folders.onDidRecord(({ id, events }) => this.session.recorded(id, events)));
    this.add(panel.webview.onDidReceiveMessage((message) => void this.session.receive(message)));
    this.add(
      panel.onDidChangeViewState(() => {
        if (panel.visible) void this.session.show();
        else this.session.hide();
      }),
    );
    this.add(
      panel.onDidDispose(() => {
        memory.forget(view.panel);
        this.dispose();
      }),
    );
    this.#load(context.extensionUri, view);
  }

  /** Brings it to the front, and leads it somewhere. */
  show(navigation: Navigation | undefined): void {
    this.panel.reveal();
    if (navigation) this.session.navigate(navigation);
  }

  #load(extension: Uri, view: KeptView): void {
    const { webview } = this.panel;
    const built = Uri.joinPath(extension, 'dist/webview');
    webview.options = { enableScripts: true, localResourceRoots: [built], enableForms: false };
    const icon = (theme: string) => Uri.joinPath(extension, `extension/media/distillery-${theme}.svg`);
    this.panel.iconPath = { light: icon('light'), dark: icon('dark') };
    const file = (name: string) => webview.asWebviewUri(Uri.joinPath(built, name)).toString();
    webview.html = pageHtml({
      nonce: randomBytes(24).toString('base64'),
      cspSource: webview.cspSource,
      script: file('dashboard.js'),
      style: file('dashboard.css'),
      title: l10n.t('Dashboard'),
      view,
    });
  }
}

/** A run's tab bears its name, as an editor's bears that of its file. */
function titleOf(navigation: Navigation, rows: LiveRows): string {
  if (navigation.view === 'overview') return l10n.t('Dashboard');
  if (navigation.view === 'compare') return l10n.t('Comparison');
  return rows.cache.row(navigation.run)?.name.slice(0, 80) ?? l10n.t('Dashboard');
}
