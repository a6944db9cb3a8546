import { type FSWatcher, watch } from 'node:fs';
import type { RunEvent } from '../worker/directory/events.ts';
import { readEvents } from '../worker/directory/read-events.ts';
import { RunDirectory } from '../worker/directory/run-directory.ts';
import type { RunStore } from './store.ts';

/** Reads the log of one run as it grows and stores what is new. */
export class EventTail {
  readonly id: string;
  /** Lines that were no events, so far. */
  problems = 0;
  /** When the log last grew, by this machine's monotonic clock. */
  lastGrowth = performance.now();
  readonly #store: RunStore;
  readonly #file: string;
  #offset: number;
  #lastSeq: number;
  #watcher: FSWatcher | undefined;

  /** Starts at a byte of the log; what lies before was read already and ended with event `lastSeq`. */
  constructor(
    store: RunStore,
    id: string,
    from: { logBytes: number; lastSeq: number },
    onGrowth: () => void,
  ) {
    this.id = id;
    this.#store = store;
    this.#offset = from.logBytes;
    this.#lastSeq = from.lastSeq;
    const directory = new RunDirectory(store.directoryOf(id));
    this.#file = directory.eventsFile;
    try {
      // Only makes news come sooner: where watching is not to be had, as on many network drives, polling finds it.
      this.#watcher = watch(directory.path, { persistent: false }, (_event, name) => {
        if (name === null || name === 'events.jsonl') onGrowth();
      }).on('error', () => this.close());
    } catch {
      this.#watcher = undefined;
    }
  }

  /** Events since the last call; they are stored when they are handed out. */
  async poll(): Promise<RunEvent[]> {
    const { events, offset, problems } = await readEvents(this.#file, this.#offset);
    this.problems += problems.length;
    if (offset === this.#offset) return [];
    await this.#store.ingest(this.id, events, offset);
    this.#offset = offset;
    this.lastGrowth = performance.now();
    // A log that was cut and read again from its start must not tell the same twice.
    const fresh = events.filter(({ seq }) => seq > this.#lastSeq);
    this.#lastSeq = fresh.reduce((last, { seq }) => Math.max(last, seq), this.#lastSeq);
    return fresh;
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }
}

/** Reads what is new in the log of a run into the store, once. */
export async function catchUp(store: RunStore, id: string): Promise<void> {
  const from = await store.position(id);
  if (!from) return;
  const { eventsFile } = new RunDirectory(store.directoryOf(id));
  const { events, offset } = await readEvents(eventsFile, from.logBytes);
  if (offset !== from.logBytes) await store.ingest(id, events, offset);
}
