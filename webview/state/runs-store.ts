import type { FlatConfig, RunRow, RunsChanges, RunsSnapshot } from '../protocol/rows.ts';

/** At most ten updates of the page a second, whatever arrives. */
const shortestPause = 100;

/** All runs the page knows. Listeners are told once for what came in a tenth of a second. */
export class RunsStore {
  #runs = new Map<string, RunRow>();
  #configs = new Map<string, FlatConfig>();
  #rows: readonly RunRow[] | undefined;
  #loaded = false;
  readonly #listeners = new Set<() => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastTold = Number.NEGATIVE_INFINITY;

  /** Whether a snapshot has arrived. */
  get loaded(): boolean {
    return this.#loaded;
  }

  get runs(): ReadonlyMap<string, RunRow> {
    return this.#runs;
  }

  /** The same list until something changes. */
  get rows(): readonly RunRow[] {
    this.#rows ??= [...this.#runs.values()];
    return this.#rows;
  }

  configOf(row: RunRow): FlatConfig {
    return this.#configs.get(row.group) ?? {};
  }

  replace({ runs, configs }: RunsSnapshot): void {
    this.#runs = new Map(runs.map((row) => [row.id, row]));
    this.#configs = new Map(Object.entries(configs));
    this.#loaded = true;
    this.#tell();
  }

  apply({ runs, configs, removed }: RunsChanges): void {
    for (const id of removed) this.#runs.delete(id);
    for (const row of runs) this.#runs.set(row.id, row);
    for (const [group, config] of Object.entries(configs)) this.#configs.set(group, config);
    this.#tell();
  }

  /** @returns how to stop listening. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(): void {
    this.#rows = undefined;
    if (this.#timer !== undefined) return;
    const pause = Math.max(0, this.#lastTold + shortestPause - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#lastTold = performance.now();
      for (const listener of this.#listeners) listener();
    }, pause);
  }
}
