import { EventEmitter, type ExtensionContext, type Uri, workspace } from 'vscode';
import type { RunRecord } from '../../src/runs/run-records.ts';
import type { RunEvent } from '../../src/worker/events.ts';
import { Disposables } from '../disposables.ts';
import type { Log } from '../status/log.ts';
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

  constructor(context: ExtensionContext, log: Log) {
    super();
    this.#context = context;
    this.#log = log;
    this.add(workspace.onDidChangeWorkspaceFolders(() => this.#update()));
    this.add(workspace.onDidGrantWorkspaceTrust(() => this.#replaceAll()));
    this.add(
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('distillery.dataDirectory')) this.#replaceAll();
        if (change.affectsConfiguration('distillery.concurrentRuns'))
          for (const folder of this.all)
            folder.applySettings().catch((error: unknown) => this.#log.error('applying settings', error));
      }),
    );
    this.add(
      workspace.onDidRenameFiles(async ({ files }) => {
        for (const { oldUri, newUri } of files)
          for (const folder of this.all)
            await folder
              .follow(oldUri, newUri)
              .catch((error: unknown) => this.#log.error(`following ${newUri.fsPath}`, error));
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
      const folder = subscriptions.add(new RunFolder(workspaceFolder, this.#context, this.#log));
      subscriptions.add(folder.onDidChange((change) => this.#changed.fire(change)));
      subscriptions.add(folder.onDidRecord((news) => this.#recorded.fire({ folder, ...news })));
      subscriptions.add(folder.onDidMeetTrouble((error) => this.#troubled.fire(error)));
      subscriptions.add(folder.onDidFail((error) => this.#failed.fire({ folder, error })));
      this.#folders.set(key, { folder, subscriptions });
    }
    this.#replaced.fire();
  }

  #replaceAll(): void {
    for (const { subscriptions } of this.#folders.values()) subscriptions.dispose();
    this.#folders.clear();
    this.#update();
    void this.openAll();
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
