import { join } from 'node:path';
import { type ExtensionContext, l10n, workspace } from 'vscode';
import { UserError } from '../../src/base/user-error.ts';
import type { ExportPlan } from '../../src/export/export-model.ts';
import type { RecordedExport } from '../../src/runs/exports/export-recorded.ts';
import { Disposables } from '../disposables.ts';
import { ownNode } from './own-node.ts';
import type { FoundRun } from './runs/run-folders.ts';

export interface ExportWish {
  /** Absolute path. */
  readonly to: string;
  readonly plan: ExportPlan;
  /** What happens, a line at a time. */
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Exports of models, in processes of their own: a model of a workspace may come from anywhere, and reading one would hold
 * the extension host. One goes on at a time, for each takes all cores. What starts them is loaded when it is first needed.
 */
export class Exporting extends Disposables {
  readonly #main: string;
  readonly #closing = new AbortController();
  #last: Promise<unknown> = Promise.resolve();

  constructor(context: ExtensionContext) {
    super();
    this.#main = join(context.extensionPath, 'dist', 'exporter.mjs');
    this.add({ dispose: () => this.#closing.abort() });
  }

  /**
   * @throws UserError where the folder of the run is not trusted, else as exportRecorded()
   * @throws Interruption if the signal was given, or the window closes
   */
  export({ folder, record }: FoundRun, { signal, ...wish }: ExportWish): Promise<RecordedExport> {
    const done = this.#last.then(async () => {
      if (!workspace.isTrusted)
        throw new UserError(l10n.t('This folder is not trusted, so nothing runs in it.'), {
          remedy: l10n.t('Trust it by “Workspaces: Manage Workspace Trust”.'),
        });
      const store = await folder.reader();
      if (!store) throw folder.failure ?? new UserError(l10n.t('These runs are not there any more.'));
      const { exportRecorded } = await import('../../src/runs/exports/export-recorded.ts');
      const exported = await exportRecorded(store, record, {
        ...wish,
        command: [process.execPath, this.#main],
        environment: ownNode,
        signal: AbortSignal.any([signal, this.#closing.signal]),
      });
      await folder.look();
      return exported;
    });
    this.#last = done.catch(() => undefined);
    return done;
  }
}
