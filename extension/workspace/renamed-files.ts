import type { Disposable } from 'vscode';
import { Disposables } from '../disposables.ts';
import type { Log } from '../status/log.ts';
import type { ExperimentFiles } from './experiment-files.ts';
import type { RunFolders } from './runs/run-folders.ts';

/** Lets runs follow experiment files that were renamed or moved outside VS Code, now and whenever files come or go. */
export function followRenamedFiles(folders: RunFolders, files: ExperimentFiles, log: Log): Disposable {
  const subscriptions = new Disposables();
  let looking: Promise<void> = Promise.resolve();
  const look = () => {
    looking = looking
      .then(async () => {
        const all = await files.list();
        for (const folder of folders.all) {
          const store = await folder.reader();
          if (!store?.writable) continue;
          const { runEngine } = await import('./runs/run-engine.ts');
          const own = all.filter((uri) => folder.contains(uri)).map(({ fsPath }) => fsPath);
          if ((await runEngine.followRenamed(store, own)) > 0) await folder.look();
        }
      })
      .catch((error: unknown) => log.error('following renamed experiment files', error));
  };
  subscriptions.add(files.onDidChange(look));
  subscriptions.add(folders.onDidReplace(look));
  look();
  return subscriptions;
}
