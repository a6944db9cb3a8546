import type { RunState } from '../worker/directory/run-states.ts';
import type { ChangedRun } from './database/changes.ts';
import type { RunStore } from './store.ts';

/** How many runs there are, and how many in each state. */
export interface RunTally {
  readonly total: number;
  readonly states: Readonly<Partial<Record<RunState, number>>>;
}

/** What is not as it was when a watch looked last. */
export interface WatchedChange {
  /** Runs that came, went or changed; undefined where the database is another and any may have. */
  readonly ids: readonly string[] | undefined;
  /** Runs came, went, changed their state or belong to another experiment file now. */
  readonly structure: boolean;
  readonly tally: RunTally;
}

export interface WatchListener {
  changed(change: WatchedChange): void;
  /** A look failed; the next one tells what this one missed. Told once until it changes. */
  failed(error: unknown): void;
}

export const noRuns: RunTally = { total: 0, states: {} };

/** Often enough that a change is seen a moment after it is made; a look at an unchanged database takes microseconds. */
const pauseMs = 200;

/**
 * Tells which runs of a store are not as they were, whichever process wrote. It looks a few times a second whether
 * anything was committed, which SQLite answers without reading, and only then reads which runs. Nothing holds it up: it
 * reads beside transactions, and does not wait for whoever starts or follows workers.
 */
export class RunWatch {
  readonly #store: RunStore;
  readonly #listener: WatchListener;
  readonly #pauseMs: number;
  readonly #runs = new Map<string, Pick<ChangedRun, 'state' | 'file'>>();
  #generation = -1;
  #commits = -1;
  #version = -1;
  #looking: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #lastFailure = '';

  constructor(store: RunStore, listener: WatchListener, options: { pauseMs?: number } = {}) {
    this.#store = store;
    this.#listener = listener;
    this.#pauseMs = options.pauseMs ?? pauseMs;
  }

  /** Looks at once and from then on; resolves when all runs that were there have been told. */
  async start(): Promise<void> {
    await this.look();
    this.#later();
  }

  /** Looks at once, for a caller that has just changed something. */
  look(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#look());
    return this.#looking;
  }

  /** Resolves when nothing is read any more. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  #later(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.look().then(() => this.#later()), this.#pauseMs);
  }

  async #look(): Promise<void> {
    if (this.#closed) return;
    try {
      const store = this.#store;
      await store.reopenIfReplaced();
      const { generation } = store;
      const commits = await store.version();
      if (generation === this.#generation && commits === this.#commits) return;
      const everything = generation !== this.#generation;
      const { version, changed, removed } = await store.changesSince(everything ? -1 : this.#version);
      // Opened anew meanwhile, the database may be another: next time all of it is read.
      if (store.generation !== generation) return;
      const structure = this.#keep(everything, changed, removed);
      [this.#generation, this.#commits, this.#version] = [generation, commits, version];
      if (this.#closed || (!everything && changed.length + removed.length === 0)) return;
      const ids = everything ? undefined : [...changed.map(({ id }) => id), ...removed];
      this.#listener.changed({ ids, structure, tally: this.#tally() });
      this.#lastFailure = '';
    } catch (error) {
      const told = String(error);
      if (!this.#closed && told !== this.#lastFailure) this.#listener.failed(error);
      this.#lastFailure = told;
    }
  }

  /** Keeps where the runs stand now. @returns whether the structure is another. */
  #keep(everything: boolean, changed: readonly ChangedRun[], removed: readonly string[]): boolean {
    let structure = everything;
    if (everything) this.#runs.clear();
    for (const { id, state, file } of changed) {
      const before = this.#runs.get(id);
      structure ||= before?.state !== state || before.file !== file;
      this.#runs.set(id, { state, file });
    }
    for (const id of removed) structure = this.#runs.delete(id) || structure;
    return structure;
  }

  #tally(): RunTally {
    const states: Partial<Record<RunState, number>> = {};
    for (const { state } of this.#runs.values()) states[state] = (states[state] ?? 0) + 1;
    return { total: this.#runs.size, states };
  }
}
