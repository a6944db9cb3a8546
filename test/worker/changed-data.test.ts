import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ExperimentInput } from '../../src/experiment/schema/schema.ts';
import { addToSummary, emptySummary } from '../../src/runs/database/run-summary.ts';
import { eventsOf, makeRun, resultOf, startWorker, temporaryDirectory, waitFor } from './support.ts';

const project = temporaryDirectory();

/** Twenty short texts; what makes them one class or the other is said. */
function writeTexts(positive: string, negative: string): void {
  const rows = Array.from({ length: 40 }, (_, i) =>
    i % 2 === 0 ? `${positive} number ${i},yes` : `${negative} number ${i},no`,
  );
  writeFileSync(join(project, 'train.csv'), `text,label\n${rows.join('\n')}\n`);
}

const encoder = { architecture: 'bert' as const, hiddenSize: 8, layers: 1, heads: 1, intermediateSize: 8 };
const texts: Partial<ExperimentInput> = {
  name: 'texts',
  dataset: { kind: 'text-classification', train: 'train.csv', maxLength: 8 },
  teacher: { model: encoder, training: { epochs: 1, batchSize: 8 } },
  student: { model: encoder },
  strategy: { kind: 'response' },
  training: { epochs: 2, batchSize: 8 },
};

const dataOf = async (directory: Parameters<typeof eventsOf>[0]) =>
  (await eventsOf(directory)).reduce(addToSummary, emptySummary).data;

test('a run tells which data it read, and none of its former data is used once the file is another', async () => {
  writeTexts('good', 'bad');
  const one = await makeRun(project, 'one', texts);
  const { events: first } = await resultOf(one);
  const again = await makeRun(project, 'again', texts);
  const { events: second } = await resultOf(again);
  writeTexts('bad', 'good');
  const other = await makeRun(project, 'other', texts);
  const { events: third } = await resultOf(other);

  const data = await dataOf(one);
  assert.deepEqual(data?.samples, { train: 29, validation: 3, test: 8 });
  assert.deepEqual(await dataOf(again), data);
  assert.notEqual((await dataOf(other))?.content, data?.content);
  const trainedTeacher = (events: typeof first) =>
    events.some(
      (event) =>
        event.type === 'metric' &&
        event.model === 'teacher' &&
        event.step > 0 &&
        !('test.accuracy' in event.values),
    );
  assert.deepEqual([first, second, third].map(trainedTeacher), [true, false, true]);
});

test('a run whose data changed while it was stopped says so, and does not go on with what it learned before', async () => {
  writeTexts('good', 'bad');
  const direct = { ...texts, teacher: undefined, strategy: { kind: 'direct' as const } };
  const long = { ...direct, training: { epochs: 80, batchSize: 4 } };
  const run = await makeRun(project, 'stopped', long);
  const worker = startWorker(run.path);
  await waitFor(run, (event) => event.type === 'checkpoint');
  await run.request('stop');
  assert.equal((await worker.ended).code, 0);
  await run.clearRequests();
  const before = await dataOf(run);
  writeTexts('fine', 'poor');
  const { events } = await resultOf(run);
  const warnings = events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
  assert.match(warnings.join('\n'), /The data has changed since this run last read it/);
  assert.match(warnings.join('\n'), /trained from the beginning/);
  assert.notEqual((await dataOf(run))?.content, before?.content);
});
