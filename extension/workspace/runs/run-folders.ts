import { EventEmitter, type ExtensionContext, l10n, type Uri, workspace } from 'vscode';
import { UserError } from '../../../src/base/user-error.ts';
import type { RunRecord } from '../../../src/runs/database/run-records.ts';
import type { RunEvent } from '../../../src/worker/directory/events.ts';
import { Disposables } from '../../disposables.ts';
import type { Log } from '../../status/log.ts';
import { wantedPlace } from './data-directory.ts';
import { PlacesInUse } from './place-in-use.ts';
import { type RunChange, RunFolder } from './run-folder.ts';

/** A run together with the folder it belongs to. */
export interface FoundRun {
  readonly folder: RunFolder;
  readonly record: RunRecord;
}

/** The runs of all folders of the workspace. */
export class RunFolders extends Disposables {
  readonly #context: ExtensionContext;
  readonly #log: Log;
  readonly #changed = this.add(new EventEmitter<RunChange>());
  readonly onDidChange = this.#changed.event;
  readonly #recorded = this.add(
    new EventEmitter<{ folder: RunFolder; id: string; events: readonly RunEvent[] }>(),
  );
  readonly onDidRecord = this.#recorded.event;
  readonly #failed = this.add(new EventEmitter<{ folder: RunFolder; error: Error }>());
  readonly onDidFail = this.#failed.event;
  readonly #troubled = this.add(new EventEmitter<Error>());
  readonly onDidMeetTrouble = this.#troubled.event;
  /** Folders came or went, or keep their runs elsewhere now. */
  readonly #replaced = this.add(new EventEmitter<void>());
  readonly onDidReplace = this.#replaced.event;
  #folders = new Map<string, { folder: RunFolder; subscriptions: Disposables }>();
  readonly #places: PlacesInUse;
  /** Folders for which runs are being made, once for each that makes some. */
  readonly #making: RunFolder[] = [];

  constructor(context: ExtensionContext, log: Log) {
    super();
    this.#context = context;
    this.#log = log;
    this.#places = new PlacesInUse(context);
    this.add(workspace.onDidChangeWorkspaceFolders(() => this.#update()));
    this.add(workspace.onDidGrantWorkspaceTrust(() => this.#replace(this.all)));
    this.add(
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('distillery.dataDirectory')) void this.#settle(true);
        if (change.affectsConfiguration('distillery.concurrentRuns'))
          for (const folder of this.all)
            folder.applySettings().catch((error: unknown) => this.#log.error('applying settings', error));
      }),
    );
    this.add(
      workspace.onDidRenameFiles(async ({ files }) => {
        for (const { oldUri, newUri } of files)
          for (const folder of this.all)
            await followRenamed(folder, oldUri, newUri).catch((error: unknown) =>
              this.#log.error(`following ${newUri.fsPath}`, error),
            );
      }),
    );
    this.#update();
  }

  get all(): readonly RunFolder[] {
    return [...this.#folders.values()].map(({ folder }) => folder);
  }

  of(uri: Uri): RunFolder | undefined {
    return this.all.find((folder) => folder.contains(uri));
  }

  async find(id: string): Promise<FoundRun | undefined> {
    for (const folder of this.all) {
      const record = await folder.get(id);
      if (record) return { folder, record };
    }
    return undefined;
  }

  /** Opens what is there, so that runs that go on are found again. */
  async openAll(): Promise<void> {
    await Promise.all(this.all.map((folder) => folder.refresh()));
    await this.#settle();
  }

  /** Makes runs of a folder, which stay together with what they were checked against even if the settings change. */
  async making<T>(folder: RunFolder, make: () => Promise<T>): Promise<T> {
    this.#making.push(folder);
    try {
      return await make();
    } finally {
      this.#making.splice(this.#making.indexOf(folder), 1);
      await this.#settle();
    }
  }

  /**
   * Keeps the runs of each folder where the setting says, once none goes on where they are kept now: its worker would
   * write on where nobody looks.
   * @param tell says of which folders that must wait
   */
  #settle(tell = false): Promise<void> {
    // Nobody who starts this can do anything about it, and none of them may end with it.
    return this.#settleNow(tell).catch((error: unknown) =>
      this.#log.error('settling where runs are kept', error),
    );
  }

  async #settleNow(tell: boolean): Promise<void> {
    const moved: RunFolder[] = [];
    for (const folder of this.all) {
      if (folder.place === wantedPlace(folder.folder)) continue;
      if (!this.#making.includes(folder) && !(await goesOn(folder))) moved.push(folder);
      else if (tell) this.#troubled.fire(waits(folder));
    }
    if (this.disposed) return;
    const leaving = moved.filter((folder) => !this.#making.includes(folder) && this.all.includes(folder));
    if (leaving.length === 0) return;
    for (const { folder } of leaving) this.#places.settle(folder);
    this.#replace(leaving);
  }

  #update(): void {
    const wanted = new Map(
      (workspace.workspaceFolders ?? [])
        .filter(({ uri }) => uri.scheme === 'file')
        .map((folder) => [folder.uri.toString(), folder]),
    );
    for (const [key, { subscriptions }] of this.#folders)
      if (!wanted.has(key)) {
        this.#folders.delete(key);
        subscriptions.dispose();
      }
    for (const [key, workspaceFolder] of wanted) {
      if (this.#folders.has(key)) continue;
      const subscriptions = new Disposables();
      const place = this.#places.of(workspaceFolder);
      const folder = subscriptions.add(new RunFolder(workspaceFolder, this.#context, this.#log, place));
      subscriptions.add(
        folder.onDidChange((change) => {
          this.#changed.fire(change);
          if (change.structure) void this.#settle();
        }),
      );
      subscriptions.add(folder.onDidRecord((news) => this.#recorded.fire({ folder, ...news })));
      subscriptions.add(folder.onDidMeetTrouble((error) => this.#troubled.fire(error)));
      subscriptions.add(folder.onDidFail((error) => this.#failed.fire({ folder, error })));
      this.#folders.set(key, { folder, subscriptions });
    }
    this.#replaced.fire();
  }

  #replace(folders: readonly RunFolder[]): void {
    for (const [key, { folder, subscriptions }] of this.#folders)
      if (folders.includes(folder)) {
        this.#folders.delete(key);
        subscriptions.dispose();
      }
    this.#update();
    this.openAll().catch((error: unknown) => this.#log.error('opening the runs of all folders', error));
  }

  async stopAll(): Promise<void> {
    await Promise.allSettled(this.all.map((folder) => folder.stopAll()));
  }

  /** Waits until everything is written and let go. */
  async close(): Promise<void> {
    const folders = this.all;
    super.dispose();
    await Promise.allSettled(folders.map((folder) => folder.close()));
  }

  override dispose(): void {
    super.dispose();
    for (const { subscriptions } of this.#folders.values()) subscriptions.dispose();
    this.#folders.clear();
  }
}

/** Whether runs train or wait there, as far as this window may see to their end. */
async function goesOn(folder: RunFolder): Promise<boolean> {
  // Opened first: until then its tally knows of no runs.
  const store = await folder.reader();
  const { running = 0, queued = 0 } = folder.tally.states;
  if (running + queued === 0) return false;
  return !workspace.isTrusted || store?.writable === true;
}

const waits = ({ folder, dataDirectory }: RunFolder): Error =>
  new UserError(
    l10n.t('Runs of {0} go on, so all its runs are still kept in {1}.', folder.name, dataDirectory),
    { remedy: l10n.t('The changed setting applies as soon as they have ended or are stopped.') },
  );

/** Lets runs follow an experiment file, or all of a folder, that was renamed or moved within this folder. */
async function followRenamed(folder: RunFolder, from: Uri, to: Uri): Promise<void> {
  if (!folder.contains(from) || !folder.contains(to)) return;
  const store = await folder.reader();
  if (!store?.writable) return;
  const { runEngine } = await import('./run-engine.ts');
  await runEngine.moveExperiments(store, from.fsPath, to.fsPath);
  await folder.look();
}
