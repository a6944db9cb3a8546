import { commands } from 'vscode';
import { contextKeys } from '../contributions/commands.ts';
import { Disposables } from '../disposables.ts';
import type { RememberedViewOptions } from '../explorer/view-options.ts';
import type { ExperimentFiles } from '../workspace/experiment-files.ts';
import type { RunFolders } from '../workspace/runs/run-folders.ts';

type Key = keyof typeof contextKeys;

/** Tells VS Code what there is, for the enablement of commands and the welcome texts. */
export class ContextKeys extends Disposables {
  readonly #folders: RunFolders;
  readonly #files: ExperimentFiles;
  readonly #options: RememberedViewOptions;
  readonly #values = new Map<Key, boolean>();

  constructor(folders: RunFolders, files: ExperimentFiles, options: RememberedViewOptions) {
    super();
    this.#folders = folders;
    this.#files = files;
    this.#options = options;
    const update = () => void this.update();
    this.add(folders.onDidChange(({ structure }) => structure && update()));
    this.add(folders.onDidFail(update));
    this.add(folders.onDidReplace(update));
    this.add(files.onDidChange(update));
    this.add(options.onDidChange(update));
  }

  set(key: Key, value: boolean): void {
    if (this.#values.get(key) === value || this.disposed) return;
    this.#values.set(key, value);
    void commands.executeCommand('setContext', contextKeys[key], value);
  }

  async update(): Promise<void> {
    const { all } = this.#folders;
    this.set(
      'hasRuns',
      all.some(({ tally }) => tally.total > 0),
    );
    this.set(
      'hasActiveRuns',
      all.some(({ tally }) => (tally.states.running ?? 0) + (tally.states.queued ?? 0) > 0),
    );
    this.set(
      'storeFailed',
      all.some(({ failure }) => failure !== undefined),
    );
    this.set('filtered', this.#options.current.text !== '');
    this.set('hasExperiments', (await this.#files.list()).length > 0);
  }
}
