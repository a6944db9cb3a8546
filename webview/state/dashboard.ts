import type { Host, VsCodeApi } from '../host/host.ts';
import { type KeptView, latestView } from '../kept-view.ts';
import type { Navigation, UnreadableFolder } from '../protocol/messages.ts';
import { RunsStore } from './runs-store.ts';
import { readSavedViews, type SavedView } from './saved-views.ts';
import { readViewState, type ViewState } from './view-state.ts';

export interface Problem {
  readonly message: string;
  readonly remedy?: string | undefined;
}

/** What all views share: the host, the runs, where the page is and how it is set. */
export class Dashboard {
  readonly host: Host;
  readonly store = new RunsStore();
  readonly #api: VsCodeApi;
  readonly #panel: string;
  readonly #listeners = new Set<() => void>();
  readonly #watched = new Map<object, readonly string[]>();
  #view: ViewState;
  #problem: Problem | undefined;
  #savedViews: readonly SavedView[] = [];
  #unreadable: readonly UnreadableFolder[] = [];

  /** @param handed what the host remembers of this dashboard, as text */
  constructor(api: VsCodeApi, host: Host, handed: string | null = null) {
    this.#api = api;
    this.host = host;
    const { panel, state } = latestView(api.getState(), handed);
    this.#panel = panel;
    this.#view = readViewState(state);
    host.on('snapshot', ({ snapshot }) => this.store.replace(snapshot));
    host.on('changes', ({ changes }) => this.store.apply(changes));
    host.on('navigate', ({ navigation }) => this.navigate(navigation));
    host.on('views', ({ views }) => {
      this.#savedViews = readSavedViews(views);
      this.#tell();
    });
    host.on('unreadable', ({ folders }) => {
      this.#unreadable = folders;
      this.#tell();
    });
    host.on('problem', (problem) => this.complain(problem));
  }

  get view(): ViewState {
    return this.#view;
  }

  get savedViews(): readonly SavedView[] {
    return this.#savedViews;
  }

  /** Lets the host keep them for the workspace; the other dashboards hear of it. */
  saveViews(views: readonly SavedView[]): void {
    this.#savedViews = views;
    this.host.command('saveViews', { views });
    this.#tell();
  }

  get problem(): Problem | undefined {
    return this.#problem;
  }

  /** Folders whose runs cannot be read, and so are not among the rows. */
  get unreadable(): readonly UnreadableFolder[] {
    return this.#unreadable;
  }

  /** Changes how the page is set, and keeps it. */
  set(change: Partial<ViewState>): void {
    this.#view = { ...this.#view, ...change };
    this.keep();
    this.#tell();
  }

  /** Lets VS Code and the host remember how the page is set. */
  keep(): void {
    const view: KeptView = { panel: this.#panel, at: Date.now(), state: { ...this.#view } };
    this.#api.setState(view);
    this.host.command('keepView', { view });
  }

  /** Has the host tell points, events and log of these runs as they come, for as long as one who asks wants them. */
  watch(who: object, runs: readonly string[]): void {
    if (runs.length > 0) this.#watched.set(who, runs);
    else if (!this.#watched.delete(who)) return;
    this.host.command('watch', { runs: [...new Set([...this.#watched.values()].flat())] });
  }

  navigate(navigation: Navigation): void {
    this.#problem = undefined;
    this.set({ navigation });
    this.host.command('navigated', { navigation });
  }

  /** Shows what went wrong until it is dismissed or the page goes elsewhere. */
  complain(problem: Problem | undefined): void {
    this.#problem = problem;
    this.#tell();
  }

  /** @returns how to stop listening. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
