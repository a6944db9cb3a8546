import { createHash } from 'node:crypto';
import { access, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ExtensionContext, type WorkspaceFolder, workspace } from 'vscode';
import type { SettingValue } from '../../contributions/settings.ts';
import { readSetting } from '../../settings.ts';

export type DataPlace = SettingValue<'distillery.dataDirectory'>;

/** Where the user's setting wants the runs of a folder. */
export const wantedPlace = (folder: WorkspaceFolder): DataPlace =>
  readSetting('distillery.dataDirectory', folder.uri);

/** Where the runs of a folder are kept. */
export function dataDirectoryOf(
  folder: WorkspaceFolder,
  context: ExtensionContext,
  place: DataPlace,
): string {
  if (place === 'project' || !context.storageUri) return join(folder.uri.fsPath, '.distillery');
  // Two folders of one name must not share their runs.
  const hash = createHash('sha256').update(folder.uri.toString()).digest('hex').slice(0, 12);
  return join(context.storageUri.fsPath, `${folder.name.replace(/[^\w-]/g, '_')}-${hash}`);
}

/** Tells one state of a data directory's database from another; empty where there is none. */
export const stampOf = (dataDirectory: string): Promise<string> =>
  stat(join(dataDirectory, 'distillery.db')).then(
    ({ ino, mtimeMs, size }) => `${ino}/${mtimeMs}/${size}`,
    () => '',
  );

/** Whether there are runs to open. */
export async function holdsRuns(dataDirectory: string): Promise<boolean> {
  // In a folder that is not trusted nothing is made, not even a database from the runs that lie there.
  const places = workspace.isTrusted ? ['distillery.db', 'runs'] : ['distillery.db'];
  const found = await Promise.all(
    places.map((name) =>
      access(join(dataDirectory, name)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}
