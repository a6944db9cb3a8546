import assert from 'node:assert/strict';
import { join } from 'node:path';
import { commands, extensions, Uri, window, workspace } from 'vscode';
import type { CommandId } from '../../../extension/contributions/commands.ts';
import type { ExperimentNode, ExplorerNode, RunNode } from '../../../extension/explorer/nodes.ts';
import type { DistilleryApi } from '../../../extension/extension.ts';
import type { RunFolder } from '../../../extension/workspace/runs/run-folder.ts';
import type { RunRecord } from '../../../src/runs/database/run-records.ts';
import type { RunState } from '../../../src/worker/directory/run-states.ts';

/** For a test, however much else the machine does; what takes so long never comes. */
export const patienceMs = 300_000;

export const extension = () => extensions.getExtension<DistilleryApi>('distillery.distillery')!;

/** The extension as VS Code runs it; activated where it is not yet. */
export async function distillery(): Promise<DistilleryApi> {
  const api = await extension().activate();
  await api.ready;
  return api;
}

export const root = () => workspace.workspaceFolders![0]!.uri;
export const inRoot = (name: string) => Uri.joinPath(root(), name);
export const folder = async (): Promise<RunFolder> => (await distillery()).services.folders.all[0]!;

/** Runs a command as the palette, a menu or a key does. */
export function execute<T>(id: CommandId, ...args: unknown[]): Promise<T> {
  return Promise.resolve(commands.executeCommand<T>(id, ...args));
}

type Dialogs = Pick<
  typeof window,
  | 'showQuickPick'
  | 'showInputBox'
  | 'showOpenDialog'
  | 'showSaveDialog'
  | 'showInformationMessage'
  | 'showWarningMessage'
  | 'showErrorMessage'
>;
type Answers = { [Name in keyof Dialogs]?: (...args: never[]) => unknown };

/** Answers what VS Code would ask the user, for as long as `work` takes; gives back every message that was shown. */
export async function answering(answers: Answers, work: () => Promise<unknown>): Promise<string[]> {
  const shown: string[] = [];
  const messages = ['showInformationMessage', 'showWarningMessage', 'showErrorMessage'] as const;
  const replaced: Partial<Record<keyof Dialogs, unknown>> = {};
  const replace = (name: keyof Dialogs, value: unknown) => {
    replaced[name] = window[name];
    Object.defineProperty(window, name, { value, configurable: true, writable: true });
  };
  for (const name of messages)
    replace(name, async (message: string, ...rest: unknown[]) => {
      shown.push(message);
      return (answers[name] as ((...all: unknown[]) => unknown) | undefined)?.(message, ...rest);
    });
  for (const name of ['showQuickPick', 'showInputBox', 'showOpenDialog', 'showSaveDialog'] as const)
    replace(name, async (...args: unknown[]) => {
      const answer = answers[name] as ((...all: unknown[]) => unknown) | undefined;
      assert.ok(answer, `${name} was not expected: ${JSON.stringify(args[1] ?? args[0])}`);
      return answer(...args);
    });
  try {
    await work();
  } finally {
    for (const [name, value] of Object.entries(replaced))
      Object.defineProperty(window, name, { value, configurable: true, writable: true });
  }
  return shown;
}

/** The row of a pick list with this label. */
export async function pick(items: unknown, label: string): Promise<unknown> {
  const all = (await items) as { label: string }[];
  const found = all.find((item) => item.label === label);
  assert.ok(found, `no “${label}” among ${all.map((item) => item.label).join(', ')}`);
  return found;
}

export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  limitMs = 120_000,
): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`waited ${limitMs / 1000} s in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export async function runIn(id: string, states: readonly RunState[], limitMs = 240_000): Promise<RunRecord> {
  const place = await folder();
  let last: RunRecord | undefined;
  try {
    return await until(
      `${id} to be ${states.join(' or ')}`,
      async () => {
        last = await place.get(id);
        return last && states.includes(last.state) && last;
      },
      limitMs,
    );
  } catch (error) {
    throw new Error(`${(error as Error).message}; it is ${last?.state}: ${JSON.stringify(last?.error)}`);
  }
}

export async function experimentNode(name: string): Promise<ExperimentNode> {
  const { runTree } = (await distillery()).services;
  const uri = inRoot(name).toString();
  return until(`${name} in the tree`, async () => {
    const nodes = await runTree.getChildren();
    return nodes.find(
      (node): node is ExperimentNode => node.kind === 'experiment' && node.uri.toString() === uri,
    );
  });
}

export async function runNode(id: string): Promise<RunNode> {
  const { runTree } = (await distillery()).services;
  return until(`${id} in the tree`, async () => {
    for (const node of await runTree.getChildren()) {
      const children: ExplorerNode[] = await runTree.getChildren(node);
      const found = children.find((child) => child.kind === 'run' && child.record.id === id);
      if (found) return found as RunNode;
    }
    return undefined;
  });
}

export async function write(name: string, text: string): Promise<Uri> {
  const uri = inRoot(name);
  await workspace.fs.writeFile(uri, Buffer.from(text));
  return uri;
}

export async function read(uri: Uri): Promise<string> {
  return Buffer.from(await workspace.fs.readFile(uri)).toString('utf8');
}

export const dataDirectory = () => join(root().fsPath, '.distillery');

/** A short experiment over the sample's images. */
export function smallExperiment(name: string, change: Record<string, unknown> = {}): string {
  const images = (split: string) => ({
    images: `data/${split}-images-idx3-ubyte.gz`,
    labels: `data/${split}-labels-idx1-ubyte.gz`,
  });
  return `${JSON.stringify(
    {
      name,
      dataset: {
        kind: 'idx',
        train: images('train'),
        test: images('test'),
        trainLimit: 300,
        testLimit: 100,
      },
      student: { model: { architecture: 'mlp', hidden: [8] } },
      strategy: { kind: 'direct' },
      training: { epochs: 2 },
      ...change,
    },
    null,
    2,
  )}\n`;
}

/** What this thread has worked so far; before Node 24, which cannot tell, the time that has passed. */
export function threadMilliseconds(): number {
  if (!('threadCpuUsage' in process)) return performance.now();
  const { user, system } = (process.threadCpuUsage as () => NodeJS.CpuUsage)();
  return (user + system) / 1000;
}

/**
 * Watches how long the event loop is held. `heldMs` is what the thread really worked between two turns, at most; `lateMs`
 * also counts the times in which the machine gave its processors to others.
 */
export function watchEventLoop(): () => { heldMs: number; lateMs: number } {
  let lastTurn = performance.now();
  let lastWork = threadMilliseconds();
  let heldMs = 0;
  let lateMs = 0;
  const turn = () => {
    const now = performance.now();
    const work = threadMilliseconds();
    lateMs = Math.max(lateMs, now - lastTurn);
    heldMs = Math.max(heldMs, work - lastWork);
    lastTurn = now;
    lastWork = work;
  };
  const timer = setInterval(turn, 2);
  return () => {
    turn();
    clearInterval(timer);
    return { heldMs, lateMs };
  };
}

export const milliseconds = (value: number): string => `${value.toFixed(1)} ms`;
