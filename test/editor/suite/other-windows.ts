import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ExtensionContext, Uri, type WorkspaceFolder } from 'vscode';
import { Log } from '../../../extension/status/log.ts';
import { RunFolder } from '../../../extension/workspace/runs/run-folder.ts';
import { extension } from './support.ts';

export const log = new Log();

/** The runs of a folder as another window holds them. */
export function otherWindow(uri: Uri, extensionPath = extension().extensionPath): RunFolder {
  const context = { extensionPath, storageUri: Uri.file(join(tmpdir(), 'storage')) } as ExtensionContext;
  return new RunFolder({ uri, name: 'folder', index: 0 } satisfies WorkspaceFolder, context, log);
}

const made: string[] = [];

/** A folder of a test's own; `removeTemporary` takes them all away. */
export function temporary(): string {
  const place = mkdtempSync(join(tmpdir(), 'distillery-lifecycle-'));
  made.push(place);
  return place;
}

export function removeTemporary(): void {
  for (const place of made) rmSync(place, { recursive: true, force: true });
}
