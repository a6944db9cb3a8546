import { EventEmitter, type ExtensionContext, type Uri, type WorkspaceFolder, workspace } from 'vscode';
import type { ExperimentRuns, RunQuery, RunRecord } from '../../../src/runs/database/run-records.ts';
import type { Rebuilt } from '../../../src/runs/directory/rebuild.ts';
import { noRuns, type RunTally, type WatchedChange } from '../../../src/runs/run-watch.ts';
import type { RunStore } from '../../../src/runs/store.ts';
import type { RunEvent } from '../../../src/worker/directory/events.ts';
import { Disposables } from '../../disposables.ts';
import type { Log } from '../../status/log.ts';
import { applyConcurrency } from '../apply-concurrency.ts';
import { type DataPlace, dataDirectoryOf, holdsRuns, stampOf, wantedPlace } from './data-directory.ts';
import { Lookout } from './lookout.ts';
import { letGo, type Opened } from './opened-store.ts';
import { adoptFormerRuns, followProject } from './stored-project.ts';
import { isWritable } from './writable-place.ts';

export interface RunChange {
  readonly folder: RunFolder;
  /** Runs that came, went or changed; undefined where any may have. */
  readonly ids: readonly string[] | undefined;
  /** Runs came, went, changed their state or belong to another experiment file now. */
  readonly structure: boolean;
}

/** How often a database is looked for where there is none that can be read. */
const lookoutMs = 500;

/** The runs of one folder of the workspace. Opens nothing before it is asked, and makes nothing before something runs. */
export class RunFolder extends Disposables {
  readonly folder: WorkspaceFolder;
  readonly place: DataPlace;
  readonly dataDirectory: string;
  readonly #context: ExtensionContext;
  readonly #log: Log;
  readonly #changed = this.add(new EventEmitter<RunChange>());
  readonly onDidChange = this.#changed.event;
  readonly #recorded = this.add(new EventEmitter<{ id: string; events: readonly RunEvent[] }>());
  /** Every event of a running run, in order, once. */
  readonly onDidRecord = this.#recorded.event;
  readonly #failed = this.add(new EventEmitter<Error>());
  readonly onDidFail = this.#failed.event;
  readonly #troubled = this.add(new EventEmitter<Error>());
  /** Something is wrong with runs that go on; told once until it changes. */
  readonly onDidMeetTrouble = this.#troubled.event;
  #opened: Promise<Opened | undefined> | undefined;
  #failure: Error | undefined;
  /** What the database looked like when it could not be read. */
  #failedStamp = '';
  #tally = noRuns;
  /** A command in a terminal may make a database, or mend it. */
  readonly #lookout = this.add(new Lookout(() => this.#found(), lookoutMs));

  constructor(folder: WorkspaceFolder, context: ExtensionContext, log: Log, place = wantedPlace(folder)) {
    super();
    this.folder = folder;
    this.place = place;
    this.dataDirectory = dataDirectoryOf(folder, context, place);
    this.#context = context;
    this.#log = log;
  }

  /** Why the runs cannot be read. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** How many runs there are in each state, as last seen. */
  get tally(): RunTally {
    return this.#tally;
  }

  contains(uri: Uri): boolean {
    return workspace.getWorkspaceFolder(uri)?.uri.toString() === this.folder.uri.toString();
  }

  async list(query: RunQuery = {}): Promise<RunRecord[]> {
    return (await this.#read((store) => store.list(query))) ?? [];
  }

  async count(query: RunQuery = {}): Promise<number> {
    return (await this.#read((store) => store.count(query))) ?? 0;
  }

  async get(id: string): Promise<RunRecord | undefined> {
    return this.#read((store) => store.get(id));
  }

  /** Experiment files that have runs which match, with their number. */
  async experiments(text?: string): Promise<readonly ExperimentRuns[]> {
    return (await this.#read((store) => store.experiments({ text }))) ?? [];
  }

  async strategies(): Promise<readonly string[]> {
    return (await this.#read((store) => store.strategies())) ?? [];
  }

  /** The store where there is one; nothing is made. */
  async reader(): Promise<RunStore | undefined> {
    return (await this.#open(false))?.store;
  }

  /** The store, made where it is missing. Throws UserError. */
  async writer(): Promise<RunStore> {
    const opened = await this.#open(true);
    if (opened && !opened.store.writable) {
      const { runEngine } = await import('./run-engine.ts');
      throw runEngine.readOnlyProblem(this.dataDirectory);
    }
    if (opened) return opened.store;
    throw this.#failure ?? new Error(`The runs of ${this.folder.name} cannot be opened.`);
  }

  /** Lets what was just queued, stopped or changed take effect at once. */
  async look(): Promise<void> {
    const opened = await this.#opened;
    await opened?.supervisor?.look();
    await opened?.watch.look();
  }

  /** Opens the database again, which may have been mended, or may be written now. */
  async refresh(): Promise<void> {
    if (this.#failure) {
      this.#failure = undefined;
      this.#opened = undefined;
    } else await this.#letGoOfReadOnly();
    await this.#open(false);
    await this.look();
    this.#lookout.start();
  }

  /** Closes what could only be read when it was opened, and may be written now. */
  async #letGoOfReadOnly(): Promise<void> {
    const before = this.#opened;
    const opened = await before;
    if (opened?.store.writable !== false || !workspace.isTrusted) return;
    if (!(await isWritable(this.dataDirectory)) || this.#opened !== before) return;
    this.#opened = undefined;
    await letGo(opened);
  }

  /** Sets the database aside and reads the runs from their directories into a new one. Throws UserError. */
  async rebuild(): Promise<Rebuilt> {
    const opened = await this.#opened?.catch(() => undefined);
    // Nobody opens the file while it is moved away.
    this.#failure ??= new Error('The database is being rebuilt.');
    this.#opened = undefined;
    await letGo(opened);
    const { runEngine } = await import('./run-engine.ts');
    try {
      return await runEngine.rebuildDatabase(this.dataDirectory);
    } finally {
      await this.refresh();
    }
  }

  /** Looks for a database; what is being opened just now may turn out not to be there. @returns whether there is one */
  async #found(): Promise<boolean> {
    const opened = await this.#opened?.catch(() => undefined);
    if (opened && !this.#failure) return true;
    const changed = this.#failure
      ? (await stampOf(this.dataDirectory)) !== this.#failedStamp
      : await holdsRuns(this.dataDirectory);
    if (changed) await this.refresh();
    return false;
  }

  /** The runs cannot be read any more: nothing of them is shown as if they were. */
  async #fail(error: Error): Promise<void> {
    // At once, lest somebody opens it meanwhile.
    this.#failure = error;
    const opened = await this.#opened?.catch(() => undefined);
    this.#opened = undefined;
    this.#failedStamp = await stampOf(this.dataDirectory);
    this.#log.error(`opening the runs of ${this.folder.name}`, error);
    this.#tell({ ids: undefined, structure: true, tally: noRuns });
    this.#failed.fire(error);
    this.#lookout.start();
    await letGo(opened);
  }

  async #read<T>(read: (store: RunStore) => Promise<T>): Promise<T | undefined> {
    const store = await this.reader();
    if (!store) return undefined;
    try {
      return await read(store);
    } catch (error) {
      // While a deleted database is opened anew, or after the window has begun to close, there is nothing to read.
      if (!this.disposed) await this.#failedToRead(error);
      return undefined;
    }
  }

  async #failedToRead(error: unknown): Promise<void> {
    const { runEngine } = await import('./run-engine.ts');
    if (!runEngine.isDamaged(error)) this.#log.error(`reading the runs of ${this.folder.name}`, error);
    else if (!this.#failure) void this.#fail(error as Error);
  }

  #open(create: boolean): Promise<Opened | undefined> {
    if (this.disposed) return Promise.resolve(undefined);
    this.#opened ??= this.#openNow(create).then((opened) => {
      if (!opened) this.#opened = undefined;
      return opened;
    });
    if (!create) return this.#opened;
    return this.#opened.then((opened) => {
      if (opened || this.#failure) return opened;
      this.#opened ??= this.#openNow(true);
      return this.#opened;
    });
  }

  async #openNow(create: boolean): Promise<Opened | undefined> {
    if (this.#failure && !create) return undefined;
    await adoptFormerRuns(this, this.#log);
    if (!create && !(await holdsRuns(this.dataDirectory))) return undefined;
    let opened: RunStore | undefined;
    try {
      const { runEngine, supervise, watchRuns, workerLauncher } = await import('./run-engine.ts');
      const open = workspace.isTrusted ? runEngine.openStoreAsAllowed : runEngine.openStoreReadOnly;
      const store = await open(this.dataDirectory);
      opened = store;
      this.#failure = undefined;
      if (this.disposed) {
        await store.close();
        return undefined;
      }
      const watch = watchRuns(store, {
        changed: (change) => this.#tell(change),
        failed: (error) => void this.#failedToRead(error),
      });
      await watch.start();
      if (!store.writable) return { store, watch };
      await this.#applyNumbers(store);
      await followProject(store, this, this.#log);
      const supervisor = supervise(store, watch, workerLauncher(this.#context), {
        events: (id, events) => this.#recorded.fire({ id, events }),
        // The numbers of a database that is made anew are those that nobody set.
        replaced: () => this.#applyNumbers(store),
        problem: (error) => this.#trouble('following the runs of', error),
      });
      supervisor
        .start()
        .catch(
          (error: unknown) => this.disposed || this.#log.error(`following ${this.dataDirectory}`, error),
        );
      return { store, watch, supervisor };
    } catch (error) {
      this.#opened = undefined;
      await opened?.close();
      await this.#fail(error as Error);
      return undefined;
    }
  }

  async #applyNumbers(store: RunStore): Promise<void> {
    const error = await applyConcurrency(store, this.folder);
    // A number that cannot be is no reason to show no runs.
    if (error) this.#trouble('applying distillery.concurrentRuns to', error);
  }

  #trouble(doing: string, error: Error): void {
    if (this.disposed) return;
    this.#log.error(`${doing} ${this.folder.name}`, error);
    this.#troubled.fire(error);
  }

  async applySettings(): Promise<void> {
    const store = await this.reader();
    if (store?.writable) await this.#applyNumbers(store);
  }

  #tell({ ids, structure, tally }: WatchedChange): void {
    if (this.disposed) return;
    this.#tally = tally;
    this.#changed.fire({ folder: this, ids, structure });
  }

  /** Runs of which a worker trains just now, stopped as the window closes. */
  async stopAll(): Promise<void> {
    const opened = await this.#opened;
    if (!opened) return;
    const { runEngine } = await import('./run-engine.ts');
    const ids = await opened.store.ids(['running']);
    await Promise.allSettled(ids.map((id) => runEngine.stopRun(opened.store, id)));
  }

  override dispose(): void {
    super.dispose();
    void this.close();
  }

  /** Lets go of the database; workers go on. */
  async close(): Promise<void> {
    super.dispose();
    const opened = await this.#opened?.catch(() => undefined);
    this.#opened = undefined;
    await letGo(opened);
  }
}
