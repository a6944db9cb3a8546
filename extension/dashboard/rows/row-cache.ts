import type { SeriesInfo } from '../../../src/runs/database/metrics.ts';
import type { RunRecord } from '../../../src/runs/database/run-records.ts';
import type { RunStore } from '../../../src/runs/store.ts';
import type { FlatConfig, RunRow, RunsChanges, RunsSnapshot } from '../../../webview/protocol/rows.ts';
import { configOf, rowOf } from './run-rows.ts';

/** What is read of a folder's runs; a RunFolder of the workspace is one. */
export interface RowSource {
  reader(): Promise<Pick<RunStore, 'list' | 'series' | 'ids'> | undefined>;
}

/** Rows read at once: so few that the host's event loop is never held for long. */
const pageSize = 50;

interface Row {
  readonly source: RowSource;
  readonly row: RunRow;
  readonly text: string;
}

const nothing: RunsChanges = { runs: [], configs: {}, removed: [] };

/** All runs as rows, kept up to date by reading again only what may have changed. */
export class RowCache {
  readonly #sources: () => readonly RowSource[];
  #rows = new Map<string, Row>();
  readonly #configs = new Map<string, FlatConfig>();
  #queue: Promise<unknown> = Promise.resolve();
  #loaded = false;

  constructor(sources: () => readonly RowSource[]) {
    this.#sources = sources;
  }

  get loaded(): boolean {
    return this.#loaded;
  }

  get size(): number {
    return this.#rows.size;
  }

  row(id: string): RunRow | undefined {
    return this.#rows.get(id)?.row;
  }

  /** All that is known, as a page wants it that is new. */
  snapshot(): RunsSnapshot {
    return {
      runs: [...this.#rows.values()].map(({ row }) => row),
      configs: Object.fromEntries(this.#configs),
    };
  }

  /** Reads every run again. @returns what is not as it was. */
  readAll(): Promise<RunsChanges> {
    return this.#inTurn(async () => {
      const news = new Changes();
      const found = new Set<string>();
      for (const source of this.#sources()) {
        const store = await source.reader();
        if (!store) continue;
        const ids = (await store.ids()).reverse();
        for (const id of ids) found.add(id);
        await this.#read(source, store, ids, news);
      }
      this.#removeAllBut(found, news);
      this.#loaded = true;
      return news.told();
    });
  }

  /** Reads these runs again. @returns what is not as it was. */
  read(ids: readonly string[]): Promise<RunsChanges> {
    if (ids.length === 0) return Promise.resolve(nothing);
    return this.#inTurn(async () => {
      const news = new Changes();
      const missing = new Set(ids);
      for (const source of this.#sources()) {
        const store = await source.reader();
        if (!store || missing.size === 0) continue;
        for (const id of await this.#read(source, store, [...missing], news)) missing.delete(id);
      }
      for (const id of missing) if (this.#rows.delete(id)) news.removed.push(id);
      return news.told();
    });
  }

  async #read(
    source: RowSource,
    store: NonNullable<Awaited<ReturnType<RowSource['reader']>>>,
    ids: readonly string[],
    news: Changes,
  ): Promise<string[]> {
    const found: string[] = [];
    for (let start = 0; start < ids.length; start += pageSize) {
      const page = ids.slice(start, start + pageSize);
      const [records, series] = await Promise.all([store.list({ ids: page }), store.series(page)]);
      for (const record of records) {
        found.push(record.id);
        this.#keep(source, record, series.get(record.id) ?? [], news);
      }
    }
    return found;
  }

  #keep(source: RowSource, record: RunRecord, series: readonly SeriesInfo[], news: Changes): void {
    const row = rowOf(record, series);
    const text = JSON.stringify(row);
    if (this.#rows.get(record.id)?.text === text) return;
    this.#rows.set(record.id, { source, row, text });
    if (!this.#configs.has(row.group)) this.#configs.set(row.group, configOf(record));
    news.runs.push(row);
    news.configs[row.group] = this.#configs.get(row.group)!;
  }

  #removeAllBut(found: ReadonlySet<string>, news: Changes): void {
    for (const id of this.#rows.keys())
      if (!found.has(id)) {
        this.#rows.delete(id);
        news.removed.push(id);
      }
  }

  /** One reading after another, so that an older state never replaces a newer one. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => undefined);
    return done;
  }
}

class Changes {
  readonly runs: RunRow[] = [];
  readonly configs: Record<string, FlatConfig> = {};
  readonly removed: string[] = [];

  told(): RunsChanges {
    return { runs: this.runs, configs: this.configs, removed: this.removed };
  }
}

/** Changes of two moments as one. */
export function merged(earlier: RunsChanges, later: RunsChanges): RunsChanges {
  const removed = new Set([...earlier.removed, ...later.removed]);
  const runs = new Map(earlier.runs.map((row) => [row.id, row]));
  for (const id of later.removed) runs.delete(id);
  for (const row of later.runs) {
    runs.set(row.id, row);
    removed.delete(row.id);
  }
  return {
    runs: [...runs.values()],
    configs: { ...earlier.configs, ...later.configs },
    removed: [...removed],
  };
}
