import type { RunsChanges } from '../../../webview/protocol/rows.ts';
import { Pacer } from '../pacer.ts';
import type { RowCache } from './row-cache.ts';

type Listener = (changes: RunsChanges) => void;

/** Follows what changes in the folders and tells it to every dashboard, reading those runs and no others. */
export class LiveRows {
  readonly cache: RowCache;
  readonly #listeners = new Set<Listener>();
  readonly #failed: (error: unknown) => void;
  /** Reads at once, and what changes meanwhile together after that: how often the page hears of it is for others to say. */
  readonly #pacer = new Pacer(0, () => this.#read());
  readonly #reported = new Set<string>();
  #everything = false;
  #loading: Promise<void> | undefined;
  #ended = false;

  constructor(cache: RowCache, failed: (error: unknown) => void) {
    this.cache = cache;
    this.#failed = failed;
  }

  /** Resolves when every run has been read once. */
  load(): Promise<void> {
    this.#loading ??= this.cache.readAll().then(
      () => undefined,
      (error: unknown) => {
        this.#loading = undefined;
        throw error;
      },
    );
    return this.#loading;
  }

  /** These runs came, went or changed; undefined where any may have. */
  changed(ids: readonly string[] | undefined): void {
    if (this.#ended || !this.#loading) return;
    if (ids) for (const id of ids) this.#reported.add(id);
    else this.#everything = true;
    this.#pacer.announce();
  }

  /** @returns how to stop listening. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #read(): Promise<void> {
    const ids = [...this.#reported];
    const everything = this.#everything;
    this.#reported.clear();
    this.#everything = false;
    try {
      this.#tell(await (everything ? this.cache.readAll() : this.cache.read(ids)));
    } catch (error) {
      this.#failed(error);
      // What could not be read is read with the next news.
      for (const id of ids) this.#reported.add(id);
      this.#everything ||= everything;
    }
  }

  #tell(changes: RunsChanges): void {
    if (this.#ended || (changes.runs.length === 0 && changes.removed.length === 0)) return;
    for (const listener of this.#listeners) listener(changes);
  }

  dispose(): void {
    this.#ended = true;
    this.#pacer.end();
    this.#listeners.clear();
  }
}
