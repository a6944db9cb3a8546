import { type WorkspaceFolder, workspace } from 'vscode';
import type { RunStore } from '../../src/runs/store.ts';

/**
 * A number in the settings holds for as long as it stands there; else the one that the command line set.
 * @returns why it could not be applied
 */
export async function applyConcurrency(store: RunStore, folder: WorkspaceFolder): Promise<Error | undefined> {
  const { runEngine } = await import('./runs/run-engine.ts');
  const written = workspace.getConfiguration('distillery', folder.uri).inspect<number>('concurrentRuns');
  const value = written?.workspaceFolderValue ?? written?.workspaceValue ?? written?.globalValue;
  try {
    await runEngine.setEditorConcurrency(store, value);
    return undefined;
  } catch (error) {
    return error as Error;
  }
}
