import type { Memento } from 'vscode';

/** A way to look at the runs that has a name; the page reads its settings with care. */
export interface KeptSavedView {
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

const key = 'distillery.savedViews';
const most = 100;
/** Signs of all views together, written down: a page that goes wrong must not fill the memory of the workspace. */
const longest = 500_000;

/** The saved views of the workspace, the same in all its dashboards. */
export class SavedViews {
  readonly #memento: Memento;
  readonly #listeners = new Set<(views: readonly KeptSavedView[]) => void>();

  constructor(memento: Memento) {
    this.#memento = memento;
  }

  get current(): readonly KeptSavedView[] {
    return viewsOf(this.#memento.get<unknown>(key));
  }

  /** Keeps what a page sent, and tells all dashboards of it. */
  async keep(views: unknown): Promise<void> {
    const kept = viewsOf(views);
    if (JSON.stringify(kept).length > longest) throw new Error('The saved views are too large to be kept.');
    await this.#memento.update(key, kept);
    for (const listener of this.#listeners) listener(kept);
  }

  /** @returns how to stop listening. */
  subscribe(listener: (views: readonly KeptSavedView[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

function viewsOf(value: unknown): KeptSavedView[] {
  const views: unknown[] = Array.isArray(value) ? value : [];
  return views.slice(0, most).flatMap((one) => {
    const { name, settings } = (one ?? {}) as { name?: unknown; settings?: unknown };
    return typeof name === 'string' && typeof settings === 'object' && settings !== null
      ? [{ name: name.slice(0, 200), settings: settings as KeptSavedView['settings'] }]
      : [];
  });
}
