import { EventEmitter, type Uri, workspace } from 'vscode';
import { experimentPattern } from '../config/experiment-document.ts';
import { Disposables } from '../disposables.ts';

const ignored = '{**/node_modules/**,**/.distillery/**,**/.git/**}';
const most = 2000;

/** The experiment files of all folders, kept up to date. */
export class ExperimentFiles extends Disposables {
  readonly #changed = this.add(new EventEmitter<void>());
  readonly onDidChange = this.#changed.event;
  #files: Promise<readonly Uri[]> | undefined;

  constructor() {
    super();
    const watcher = this.add(workspace.createFileSystemWatcher(experimentPattern, false, true, false));
    const forget = () => {
      this.#files = undefined;
      this.#changed.fire();
    };
    this.add(watcher.onDidCreate(forget));
    this.add(watcher.onDidDelete(forget));
    this.add(workspace.onDidChangeWorkspaceFolders(forget));
  }

  /** Sorted by path. */
  list(): Promise<readonly Uri[]> {
    this.#files ??= Promise.resolve(workspace.findFiles(experimentPattern, ignored, most)).then((files) =>
      files
        .filter(({ scheme }) => scheme === 'file')
        .sort((one, other) => one.path.localeCompare(other.path)),
    );
    return this.#files;
  }
}
