import { existsSync } from 'node:fs';
import { UserError } from '../../base/user-error.ts';
import type { RunEvent } from '../../worker/directory/events.ts';
import { activeStates, isActive } from '../../worker/directory/run-states.ts';
import { repairDamagedRows } from '../database/damaged-rows.ts';
import { isFull } from '../database/database-problem.ts';
import { inStates } from '../database/state-sql.ts';
import { DamagedRow } from '../database/stored-json.ts';
import { discoverRuns } from '../directory/discover.ts';
import { sweepShared } from '../directory/sweep.ts';
import { catchUp, EventTail } from '../follow.ts';
import type { RunStore } from '../store.ts';
import { markIfGone } from './last-word.ts';
import type { Launcher, WorkerProcess } from './launch.ts';
import { RunQueue } from './queue.ts';

export interface SupervisorListener {
  /** New events of a followed run, in order; they are stored already. */
  events?(id: string, events: readonly RunEvent[]): void;
  /** Something in the store changed, by this process or another. */
  changed?(): void;
  /** The database was deleted or replaced under us and has been opened anew. */
  replaced?(): Promise<void>;
  /** Something is wrong that the user should hear of; told once until it changes. */
  problem?(error: Error): void;
}

export interface SupervisorOptions {
  /** Starts queued runs; without one, this process only looks on. */
  readonly launcher?: Launcher;
  /** How many runs go at once while this process starts them, instead of as many as the data directory says. */
  readonly atOnce?: number;
  /** How often to look where nothing tells of news, in milliseconds. */
  readonly intervalMs?: number;
}

/** News are read together that come so close to each other: more often than this nobody sees them. */
const gatherMs = 250;
/** A worker's log may rest for so long before somebody checks that its process lives. */
const silenceMs = 2_000;

/**
 * Keeps the store true while runs go on: reads their logs, finds those again that were started by a process that is
 * gone, marks dead ones, and drives the queue. Every window and every command may have one.
 */
export class Supervisor {
  readonly #store: RunStore;
  readonly #listener: SupervisorListener;
  readonly #queue: RunQueue | undefined;
  readonly #intervalMs: number;
  readonly #tails = new Map<string, EventTail>();
  /** The worker that this process started last for a run. */
  readonly #launched = new Map<string, WorkerProcess>();
  /** Runs whose worker this process saw end. */
  readonly #exited = new Set<string>();
  /** What was told of damaged rows. */
  readonly #damaged = new Set<string>();
  /** What was told of runs whose directories cannot be read. */
  readonly #unreadable = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #due = Number.POSITIVE_INFINITY;
  #running: Promise<void> = Promise.resolve();
  #closed = false;
  #generation: number;
  #version = -1;
  #lastProblem = '';
  #trouble: Error | undefined;

  constructor(store: RunStore, listener: SupervisorListener = {}, options: SupervisorOptions = {}) {
    this.#store = store;
    this.#listener = listener;
    this.#queue = options.launcher && new RunQueue(store, options.launcher, options.atOnce);
    this.#intervalMs = options.intervalMs ?? 500;
    this.#generation = store.generation;
  }

  /** What keeps the store from being followed now; undefined where nothing does. */
  get trouble(): Error | undefined {
    return this.#trouble;
  }

  /** How many workers live that this process started. */
  get workers(): number {
    return this.#launched.size;
  }

  /** Brings the store up to date once, as a command does that only wants to show it. */
  async refresh(): Promise<void> {
    await sweepShared(this.#store.dataDirectory);
    const { problems } = await discoverRuns(this.#store);
    for (const problem of problems) this.#tell(problem);
    for (const id of await this.#store.ids(activeStates))
      await this.#of(id, async () => {
        if (existsSync(this.#store.directoryOf(id))) await catchUp(this.#store, id);
        else await this.#forget(id);
      });
    for (const id of await this.#store.ids(['running']))
      await this.#of(id, () => markIfGone(this.#store, id));
  }

  /** Brings the store up to date and keeps it so until `close`. */
  async start(): Promise<void> {
    await this.refresh();
    await this.look();
    this.#schedule(this.#intervalMs);
  }

  /** Tells every event of this run from here on, even those that another process stores first. */
  async watch(id: string): Promise<void> {
    if (this.#tails.has(id)) return;
    const from = await this.#store.position(id);
    if (from) this.#tails.set(id, new EventTail(this.#store, id, from, () => this.#schedule(gatherMs)));
  }

  /** Looks at once, for a caller that has just queued, stopped or resumed something. */
  async look(): Promise<void> {
    this.#running = this.#running.then(() => this.#look());
    await this.#running;
  }

  /** Stops looking. Workers go on; whoever looks next finds them. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running;
    for (const tail of this.#tails.values()) tail.close();
    await this.#queue?.release().catch((error: Error) => this.#tell(error));
  }

  #schedule(inMs: number): void {
    const due = performance.now() + inMs;
    if (this.#closed || due >= this.#due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(async () => {
      this.#due = Number.POSITIVE_INFINITY;
      await this.look();
      this.#schedule(this.#intervalMs);
    }, inMs);
  }

  async #look(): Promise<void> {
    if (this.#closed) return;
    try {
      await this.#store.reopenIfReplaced();
      const { generation } = this.#store;
      if (generation !== this.#generation) {
        await this.#listener.replaced?.();
        await this.refresh();
        this.#generation = generation;
        this.#version = -1;
      }
      await this.#queue?.drive((id, worker) => {
        this.#exited.delete(id);
        this.#launched.set(id, worker);
        void worker.exited.then(() => {
          // A run may have been resumed before the process of its former life was gone.
          if (this.#launched.get(id) !== worker) return;
          this.#launched.delete(id);
          this.#exited.add(id);
          this.#schedule(0);
        });
      });
      await this.#readLogs();
      const version = await this.#store.version();
      if (version !== this.#version) this.#listener.changed?.();
      this.#version = version;
      this.#lastProblem = '';
      this.#trouble = undefined;
    } catch (error) {
      this.#trouble = error as Error;
      this.#tell(error as Error);
    }
  }

  async #readLogs(): Promise<void> {
    const running = new Set(await this.#store.ids(['running']));
    for (const id of running) await this.watch(id);
    for (const [id, tail] of this.#tails) await this.#of(id, () => this.#readLog(id, tail, running.has(id)));
    this.#tellDamaged(await repairDamagedRows(this.#store));
  }

  async #readLog(id: string, tail: EventTail, running: boolean): Promise<void> {
    const events = await tail.poll();
    if (events.length > 0) this.#listener.events?.(id, events);
    if (!running) await this.#letGo(tail);
    else if (!existsSync(this.#store.directoryOf(id))) await this.#forget(id);
    else if (this.#exited.has(id)) await markIfGone(this.#store, id, true);
    else if (performance.now() - tail.lastGrowth > silenceMs) {
      tail.lastGrowth = performance.now();
      await markIfGone(this.#store, id);
    }
  }

  /** Does something for one run; where that run cannot be read, which is told once, the others go on. */
  async #of(id: string, work: () => Promise<unknown>): Promise<void> {
    const directory = this.#store.directoryOf(id);
    try {
      await work();
      this.#unreadable.delete(id);
    } catch (error) {
      if (error instanceof DamagedRow) {
        this.#tellDamaged(await repairDamagedRows(this.#store, [id]));
        return;
      }
      // On a full disk no run can be followed.
      if (isFull(error) || !(error instanceof UserError && error.place?.startsWith(directory))) throw error;
      if (this.#unreadable.get(id) === error.message) return;
      this.#unreadable.set(id, error.message);
      this.#listener.problem?.(error);
    }
  }

  /** Stops following a run that has ended, once all its events are told; a queued one has yet to begin. */
  async #letGo(tail: EventTail): Promise<void> {
    const state = (await this.#store.get(tail.id))?.state;
    if (state !== undefined && isActive(state)) return;
    // The run may have ended between the look at its log and the look at its state.
    const events = state === undefined ? [] : await tail.poll();
    if (events.length > 0) this.#listener.events?.(tail.id, events);
    tail.close();
    this.#tails.delete(tail.id);
    this.#exited.delete(tail.id);
  }

  /** Somebody deleted the directory of a run that had not ended: there is nothing left that could be shown or resumed. */
  async #forget(id: string): Promise<void> {
    await this.#store.transaction((database) =>
      database.run(`DELETE FROM runs WHERE id = ? AND ${inStates(activeStates)}`, [id]),
    );
    this.#tell(
      new UserError(`The directory of run ${id} was deleted, so the run is gone.`, {
        place: this.#store.directoryOf(id),
        remedy: 'Use `distillery remove` for runs that have ended.',
      }),
    );
  }

  /** A row that cannot be repaired is met again at every look; it is told once. */
  #tellDamaged(problems: readonly Error[]): void {
    for (const problem of problems) {
      if (this.#damaged.has(problem.message)) continue;
      this.#damaged.add(problem.message);
      this.#listener.problem?.(problem);
    }
  }

  #tell(error: Error): void {
    if (error.message === this.#lastProblem) return;
    this.#lastProblem = error.message;
    this.#listener.problem?.(error);
  }
}
