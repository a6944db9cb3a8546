import type { RunsChanges } from '../../webview/protocol.ts';
import { Pacer } from './pacer.ts';
import { merged, type RowCache } from './row-cache.ts';

type Listener = (changes: RunsChanges) => void;

export interface LiveRowsOptions {
  /** Milliseconds between readings of what changed. */
  readonly pauseMs?: number;
  /** Milliseconds between readings of everything, at least. */
  readonly sweepMs?: number;
  readonly failed: (error: unknown) => void;
}

/** Follows what changes in the folders and tells it to every dashboard, reading as little as it can. */
export class LiveRows {
  readonly cache: RowCache;
  readonly #listeners = new Set<Listener>();
  readonly #failed: (error: unknown) => void;
  readonly #sweepMs: number;
  readonly #pacer: Pacer;
  readonly #reported = new Set<string>();
  #active = false;
  #everything = false;
  #loading: Promise<void> | undefined;
  #sweep: ReturnType<typeof setTimeout> | undefined;
  #lastSweepTook = 0;
  #ended = false;

  constructor(cache: RowCache, { pauseMs = 100, sweepMs = 2000, failed }: LiveRowsOptions) {
    this.cache = cache;
    this.#failed = failed;
    this.#sweepMs = sweepMs;
    this.#pacer = new Pacer(pauseMs, () => this.#read());
  }

  /** Resolves when every run has been read once. */
  load(): Promise<void> {
    this.#loading ??= this.#readAll().then(
      () => undefined,
      (error: unknown) => {
        this.#loading = undefined;
        throw error;
      },
    );
    return this.#loading;
  }

  /** These runs have changed; undefined where any may have. */
  changed(ids: readonly string[] | undefined): void {
    if (this.#ended || !this.#loading) return;
    if (ids) for (const id of ids) this.#reported.add(id);
    else {
      this.#active = true;
      this.#sweepSoon();
    }
    this.#pacer.announce();
  }

  /** Folders came or went. */
  replaced(): void {
    if (this.#ended || !this.#loading) return;
    this.#everything = true;
    this.#pacer.announce();
  }

  /** @returns how to stop listening. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #read(): Promise<void> {
    const ids = [...this.#reported];
    this.#reported.clear();
    const [active, everything] = [this.#active, this.#everything];
    this.#active = false;
    this.#everything = false;
    try {
      if (everything) return this.#tell(await this.#readAll());
      const own = await this.cache.read(ids);
      this.#tell(active ? merged(own, await this.cache.readActive()) : own);
    } catch (error) {
      this.#failed(error);
    }
  }

  async #readAll(): Promise<RunsChanges> {
    const start = performance.now();
    const changes = await this.cache.readAll();
    this.#lastSweepTook = performance.now() - start;
    return changes;
  }

  /** Another process may have renamed or tagged a run; the more there are to read, the less often it is looked for. */
  #sweepSoon(): void {
    this.#sweep ??= setTimeout(
      () => {
        this.#sweep = undefined;
        this.replaced();
      },
      Math.max(this.#sweepMs, this.#lastSweepTook * 20),
    );
  }

  #tell(changes: RunsChanges): void {
    if (this.#ended || (changes.runs.length === 0 && changes.removed.length === 0)) return;
    for (const listener of this.#listeners) listener(changes);
  }

  dispose(): void {
    this.#ended = true;
    clearTimeout(this.#sweep);
    this.#pacer.end();
    this.#listeners.clear();
  }
}
