/** A window of VS Code without VS Code: the extension's own folders, explorer, status bar and context keys. */
import '../without-vscode.ts';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { ExtensionContext, TreeItem } from 'vscode';
import type { ExplorerNode } from '../../../extension/explorer/nodes.ts';
import { program } from '../../program.ts';

const vscode = (await import('../fake-vscode.ts')) as typeof import('../fake-vscode.ts');
const { RunFolders } = await import('../../../extension/workspace/runs/run-folders.ts');
const { ExperimentFiles } = await import('../../../extension/workspace/experiment-files.ts');
const { RememberedViewOptions } = await import('../../../extension/explorer/view-options.ts');
const { RunTree } = await import('../../../extension/explorer/run-tree.ts');
const { RunStatus } = await import('../../../extension/status/run-status.ts');
const { ReadOnlyMessage } = await import('../../../extension/explorer/read-only-message.ts');
const { ContextKeys } = await import('../../../extension/status/context-keys.ts');

export const { shown, inExplorer, changeSetting, Uri } = vscode;

/** What of VS Code's log a test may look at. */
export interface FakeLog {
  readonly lines: string[];
  error(doing: string, error: unknown): void;
}

export type OpenedWindow = Awaited<ReturnType<typeof openWindow>>;

/**
 * Opens a folder, with workers that train nothing, and closes it when the test ends.
 * @param kept what the workspace remembers of an earlier window
 */
export async function openWindow(
  context: TestContext,
  folder: string,
  files: readonly string[] = [],
  kept = new Map<string, unknown>(),
) {
  const extensionPath = join(folder, '..', 'extension');
  await mkdir(join(extensionPath, 'dist'), { recursive: true });
  await writeFile(join(extensionPath, 'dist', 'worker.mjs'), fakeWorker());
  shown.folders = [{ uri: Uri.file(folder), name: 'project', index: 0 }];
  shown.files = files.map((file) => Uri.file(file));
  shown.context.clear();
  const memento = {
    get: (key: string, standard?: unknown) => kept.get(key) ?? standard,
    update: async (key: string, value: unknown) => void kept.set(key, value),
  };
  const log: FakeLog = {
    lines: [],
    error: (doing, error) => log.lines.push(`${doing}: ${error}`),
  };
  // The classes ask for VS Code's types, and use of them what the stand-in has.
  const storageUri = Uri.file(join(folder, '..', 'storage'));
  const given = { extensionPath, storageUri, workspaceState: memento } as unknown as ExtensionContext;
  const folders = new RunFolders(given, log as never);
  const experiments = new ExperimentFiles();
  const options = new RememberedViewOptions(memento as never);
  const tree = new RunTree(folders, experiments, options);
  const view = {
    badge: undefined,
    message: undefined as string | undefined,
    visible: true,
    onDidChangeVisibility: () => ({ dispose() {} }),
  };
  const status = new RunStatus(folders, view as never);
  const readOnly = new ReadOnlyMessage(folders, view);
  const keys = new ContextKeys(folders, experiments, options);
  await folders.openAll();
  context.after(async () => {
    for (const part of [keys, readOnly, status, tree, options, experiments]) part.dispose();
    await folders.close();
    folders.dispose();
  });
  return { folders, experiments, options, tree, status, view, readOnly, log, seen: watchTree(tree) };
}

/** The worker of the tests, under the name and in the place of the extension's. */
function fakeWorker(): string {
  const words = program('test/runs/fake-worker.ts');
  const source = JSON.stringify(pathToFileURL(words.at(-1)!).href);
  if (words.length === 2) return `await import(${source});\n`;
  return `import { register } from ${JSON.stringify(import.meta.resolve('tsx/esm/api'))};\nregister();\nawait import(${source});\n`;
}

export interface SeenRow {
  readonly label: string;
  readonly description: string;
  readonly context: string;
  readonly below: readonly SeenRow[];
}

/** Does with the tree what VS Code does: asks for rows once, and again only for what it is told is another. */
function watchTree(tree: InstanceType<typeof RunTree>) {
  const children = new Map<ExplorerNode | undefined, ExplorerNode[]>();
  const items = new Map<ExplorerNode, TreeItem>();
  let work: Promise<void> = Promise.resolve();
  const draw = async (node: ExplorerNode | undefined): Promise<void> => {
    if (node) items.set(node, tree.getTreeItem(node));
    if (node?.kind === 'run' || node?.kind === 'more') return;
    const below = await tree.getChildren(node);
    children.set(node, below);
    for (const one of below) await draw(one);
  };
  const soon = (node: ExplorerNode | undefined) => {
    work = work.then(() => draw(node));
  };
  soon(undefined);
  tree.onDidChangeTreeData((changed) => {
    for (const node of Array.isArray(changed) ? changed : [changed]) soon(node);
  });
  const rowOf = (node: ExplorerNode): SeenRow => {
    const item = items.get(node)!;
    return {
      label: String(item.label),
      description: String(item.description ?? ''),
      context: item.contextValue ?? '',
      below: (children.get(node) ?? []).map(rowOf),
    };
  };
  return async (): Promise<SeenRow[]> => {
    await work;
    return (children.get(undefined) ?? []).map(rowOf);
  };
}

/** Waits until something is so. @throws Error where it never is */
export async function soon(so: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 120_000; !(await so()); ) {
    if (Date.now() > deadline) throw new Error(`waited in vain: ${so}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
