import { randomUUID } from 'node:crypto';
import type { Memento } from 'vscode';
import { type KeptView, keptViewOf } from '../../webview/kept-view.ts';
import { SavedViews } from './saved-views.ts';

interface Remembered {
  readonly view: KeptView;
  readonly column: number | undefined;
}

const key = 'distillery.dashboards';
/** Of dashboards that nobody closed and that never came back; the latest are kept. */
const most = 8;

/**
 * How each open dashboard is set, in the memory of the workspace. VS Code keeps it as well, but in a browser it writes it
 * down some time later or when the window closes in order, so that a page reloaded soon after a change lost the change,
 * and sometimes the whole dashboard. And a dashboard opened anew is set as the last one was.
 */
export class ViewMemory {
  readonly savedViews: SavedViews;
  readonly #memento: Memento;
  #open: ReadonlyMap<string, Remembered>;
  readonly #claimed = new Set<string>();

  constructor(memento: Memento) {
    this.#memento = memento;
    this.savedViews = new SavedViews(memento);
    this.#open = new Map(
      this.#read().open.map((one) => [one.view.panel, one] satisfies [string, Remembered]),
    );
  }

  /** How a dashboard that is opened anew is set: as the last one was, without its place and what was selected in it. */
  fresh(): KeptView {
    const latest = this.#read().latest?.state;
    const { navigation, overview, ...set } = latest ?? {};
    const { selected, filter, values, ...table } = (overview ?? {}) as Record<string, unknown>;
    const view = { panel: randomUUID(), at: 0, state: { ...set, overview: table } };
    this.#claimed.add(view.panel);
    return view;
  }

  /** How a dashboard that VS Code brought back is set, given what VS Code kept of it. */
  restored(kept: unknown): KeptView {
    const own = keptViewOf(kept);
    const view = own ? later(own, this.#open.get(own.panel)?.view) : this.#unclaimed()?.view;
    if (!view) return { panel: randomUUID(), at: 0, state: {} };
    this.#claimed.add(view.panel);
    return view;
  }

  /** The dashboard that was open last and has not come back. */
  lost(): Remembered | undefined {
    return this.#unclaimed();
  }

  keep(view: KeptView, column: number | undefined): void {
    this.#claimed.add(view.panel);
    const open = new Map(this.#open);
    open.delete(view.panel);
    open.set(view.panel, { view, column });
    this.#write(new Map([...open].slice(-most)), view);
  }

  /** The dashboard was closed. */
  forget(panel: string): void {
    if (!this.#open.has(panel)) return;
    this.#write(new Map([...this.#open].filter(([open]) => open !== panel)), this.#read().latest);
  }

  #unclaimed(): Remembered | undefined {
    return [...this.#open.values()].findLast(({ view }) => !this.#claimed.has(view.panel));
  }

  #read(): { latest: KeptView | undefined; open: Remembered[] } {
    const kept = (this.#memento.get<unknown>(key) ?? {}) as { latest?: unknown; open?: unknown };
    const open: unknown[] = Array.isArray(kept.open) ? kept.open : [];
    return {
      latest: keptViewOf(kept.latest),
      open: open.flatMap((one) => {
        const { view, column } = (one ?? {}) as { view?: unknown; column?: unknown };
        const known = keptViewOf(view);
        return known ? [{ view: known, column: typeof column === 'number' ? column : undefined }] : [];
      }),
    };
  }

  #write(open: ReadonlyMap<string, Remembered>, latest: KeptView | undefined): void {
    this.#open = open;
    void this.#memento.update(key, { latest, open: [...open.values()] });
  }
}

const later = (own: KeptView, remembered: KeptView | undefined): KeptView =>
  remembered && remembered.at > own.at ? remembered : own;
