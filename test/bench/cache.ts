import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Table from 'cli-table3';
import { type ExperimentInput, experimentSchema } from '../../src/experiment/schema/schema.ts';
import type { Phase, RunEvent } from '../../src/worker/directory/events.ts';
import { readEvents } from '../../src/worker/directory/read-events.ts';
import { RunDirectory } from '../../src/worker/directory/run-directory.ts';

/** How far cross-entropies with and without the cache may lie apart. */
const tolerance = 1e-3;

/** One run of the worker up to the evaluation of its student. */
interface Outcome {
  /** Of computing or opening the signals, and of training. */
  readonly seconds: number;
  readonly accuracy: number;
  readonly loss: number;
}

const experiment = (mails: number, cacheTeacherSignals: boolean): ExperimentInput => ({
  name: cacheTeacherSignals ? 'With cache' : 'Without cache',
  dataset: {
    kind: 'spam-assassin',
    tokenizer: { kind: 'words', size: 4096 },
    maxLength: 128,
    trainLimit: mails,
    testLimit: 256,
  },
  teacher: {
    model: { architecture: 'bert', hiddenSize: 256, layers: 6, heads: 8 },
    training: { epochs: 1, batchSize: 32, learningRate: 0.0003 },
  },
  student: {
    model: { architecture: 'bert', hiddenSize: 64, layers: 2, heads: 4, dropout: 0, attentionDropout: 0 },
  },
  strategy: { kind: 'response', temperature: 2, alpha: 0.7 },
  training: { epochs: 4, batchSize: 32, learningRate: 0.0005 },
  cacheTeacherSignals,
  device: 'cpu',
});

/**
 * The same experiment with and without cached teacher signals, each as a run of its own in the bundled worker.
 * @returns whether both come to the same results.
 */
export async function cache(mails: number): Promise<boolean> {
  const directory = await mkdtemp(join(tmpdir(), 'distillery-bench-'));
  try {
    const cold = await run(directory, 'cold', experiment(mails, true));
    const live = await run(directory, 'live', experiment(mails, false));
    const warm = await run(directory, 'warm', experiment(mails, true));
    const head = ['teacher signals', 'signals and training', 'ratio', 'test accuracy', 'test cross-entropy'];
    const table = new Table({ head, style: { head: [], border: [] } });
    const rows: [string, Outcome][] = [
      ['teacher in every step', live],
      ['cached, computed by this run', cold],
      ['cached by an earlier run', warm],
    ];
    for (const [name, { seconds, accuracy, loss }] of rows)
      table.push([
        name,
        `${seconds.toFixed(1)} s`,
        (seconds / live.seconds).toFixed(2),
        `${(100 * accuracy).toFixed(2)} %`,
        loss.toFixed(6),
      ]);
    console.log(table.toString());
    const apart = Math.max(...[cold, warm].map((cached) => difference(cached, live)));
    const same = apart <= tolerance;
    console.log(
      `With and without cache, accuracy and cross-entropy differ by ${apart.toExponential(1)} at most: ` +
        `${same ? 'the same' : 'NOT the same'} to ${tolerance}.`,
    );
    return same;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const difference = (one: Outcome, other: Outcome) =>
  Math.max(Math.abs(one.loss - other.loss), Math.abs(one.accuracy - other.accuracy));

async function run(project: string, name: string, input: ExperimentInput): Promise<Outcome> {
  const parsed = experimentSchema.parse(input);
  const dataDirectory = join(project, '.distillery');
  const directory = new RunDirectory(join(dataDirectory, 'runs', name));
  await directory.create({
    experiment: parsed,
    file: join(project, 'bench.distill.json'),
    // From here the mails are found in the packages of this repository.
    directory: process.cwd(),
    dataDirectory,
    seed: parsed.seeds[0]!,
    device: parsed.device,
    name,
    group: 'bench',
  });
  const worker = resolve(import.meta.dirname, '../../dist/worker.mjs');
  const child = spawn(process.execPath, [worker, directory.path], { stdio: 'inherit' });
  const closed = once(child, 'close');
  // What follows, measuring latencies, says nothing about the cache.
  while (child.exitCode === null && begin(await eventsOf(directory), 'measure') === undefined)
    await pause(100);
  await directory.request('stop');
  const [code] = await closed;
  if (code !== 0) throw new Error(`The run ${name} ended with ${code}.`);
  const events = await eventsOf(directory);
  const { values } = events
    .filter((event) => event.type === 'metric')
    .findLast((event) => event.model === 'student' && 'test.loss' in event.values)!;
  const start = begin(events, 'signals') ?? begin(events, 'train')!;
  return {
    seconds: (begin(events, 'evaluate')! - start) / 1000,
    accuracy: values['test.accuracy']!,
    loss: values['test.loss']!,
  };
}

const eventsOf = async ({ eventsFile }: RunDirectory) => (await readEvents(eventsFile)).events;

/** When a phase began, in milliseconds. */
const begin = (events: readonly RunEvent[], phase: Phase) =>
  events.find((event) => event.type === 'phase' && event.phase === phase)?.time;
