import type { ExtensionContext, WorkspaceFolder } from 'vscode';
import { type DataPlace, wantedPlace } from './data-directory.ts';

const key = 'distillery.placeInUse';

/**
 * Where the runs of each folder are kept just now, which is not where the setting says while runs go on that were made
 * before it was changed. Remembered by the workspace, so that those are found again where they are.
 */
export class PlacesInUse {
  readonly #memento: ExtensionContext['workspaceState'];

  constructor({ workspaceState }: ExtensionContext) {
    this.#memento = workspaceState;
  }

  /** Where the setting says, for a folder that was not seen before. */
  of(folder: WorkspaceFolder): DataPlace {
    const kept = this.#all[folder.uri.toString()];
    if (kept === 'project' || kept === 'storage') return kept;
    return this.settle(folder);
  }

  /** From now on where the setting says. */
  settle(folder: WorkspaceFolder): DataPlace {
    const place = wantedPlace(folder);
    void this.#memento.update(key, { ...this.#all, [folder.uri.toString()]: place });
    return place;
  }

  get #all(): Readonly<Record<string, unknown>> {
    const kept: unknown = this.#memento.get(key);
    return typeof kept === 'object' && kept !== null ? { ...kept } : {};
  }
}
