import { l10n, type TreeView, workspace } from 'vscode';
import { Disposables } from '../disposables.ts';
import type { RunFolder } from '../workspace/runs/run-folder.ts';
import type { RunFolders } from '../workspace/runs/run-folders.ts';
import { isWritable } from '../workspace/runs/writable-place.ts';
import type { ExplorerNode } from './nodes.ts';

/** Says above the runs which folders cannot be written, before anybody tries to start something there. */
export class ReadOnlyMessage extends Disposables {
  readonly #folders: RunFolders;
  readonly #view: Pick<TreeView<ExplorerNode>, 'message'>;
  #locked: readonly RunFolder[] = [];
  #looking: Promise<void> = Promise.resolve();

  constructor(
    folders: RunFolders,
    view: Pick<TreeView<ExplorerNode>, 'message' | 'visible' | 'onDidChangeVisibility'>,
  ) {
    super();
    this.#folders = folders;
    this.#view = view;
    const look = () => void this.look();
    this.add(folders.onDidReplace(look));
    this.add(folders.onDidFail(look));
    this.add(folders.onDidChange(({ structure }) => structure && look()));
    this.add(view.onDidChangeVisibility(({ visible }) => visible && look()));
  }

  /** Looks which folders may be written now; the runs of one that may be again are opened for writing. */
  look(): Promise<void> {
    // One look that failed must not keep the next from happening.
    this.#looking = this.#looking.catch(() => undefined).then(() => this.#look());
    return this.#looking;
  }

  async #look(): Promise<void> {
    // Of a folder that is not trusted VS Code itself says that nothing runs in it.
    const { all } = this.#folders;
    const writable = await Promise.all(all.map(({ dataDirectory }) => isWritable(dataDirectory)));
    if (this.disposed) return;
    const locked = workspace.isTrusted ? all.filter((_, index) => !writable[index]) : [];
    const freed = this.#locked.filter((folder) => all.includes(folder) && !locked.includes(folder));
    this.#locked = locked;
    const text = messageFor(locked, all.length);
    if (text !== this.#view.message) this.#view.message = text;
    // What cannot be opened after all tells so itself.
    await Promise.allSettled(freed.map((folder) => folder.refresh()));
  }
}

function messageFor(locked: readonly RunFolder[], all: number): string | undefined {
  if (locked.length === 0) return undefined;
  if (all === 1)
    return l10n.t('This folder is read-only: runs can be looked at, but nothing can be started.');
  const names = locked.map(({ folder }) => folder.name).join(', ');
  return l10n.t('Read-only: {0}. Runs there can be looked at, but nothing can be started.', names);
}
