import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ExperimentInput } from '../../src/experiment/schema/schema.ts';
import type { RunDirectory } from '../../src/worker/directory/run-directory.ts';
import { eventsOf, makeRun, runToEnd, startWorker, temporaryDirectory, waitFor } from './support.ts';

const project = temporaryDirectory();
for (const [name, times] of [
  ['train.txt', 40],
  ['test.txt', 10],
] as const)
  writeFileSync(
    join(project, name),
    'the whale swam on and the ship came after it, all night. '.repeat(times),
  );

const decoder = (hiddenSize: number) => ({
  architecture: 'gpt2' as const,
  hiddenSize,
  layers: 1,
  heads: 2,
  intermediateSize: 16,
});

const written: Partial<ExperimentInput> = {
  name: 'few words',
  dataset: {
    kind: 'language-model',
    train: 'train.txt',
    test: 'test.txt',
    tokenizer: { kind: 'words' },
    length: 16,
  },
  teacher: { model: decoder(16), training: { epochs: 3, batchSize: 8, learningRate: 0.01 } },
  student: { model: decoder(8) },
  strategy: { kind: 'generated', promptLength: 4, samples: 24 },
  training: { epochs: 2, batchSize: 8, learningRate: 0.01 },
};

const resultOf = async (directory: RunDirectory) => {
  const event = (await eventsOf(directory)).find(({ type }) => type === 'result');
  assert.ok(event?.type === 'result');
  return event.result;
};

const cacheFiles = () => {
  const cache = join(project, '.distillery', 'cache');
  return readdirSync(cache)
    .map((key) => join(cache, key, 'generated.safetensors'))
    .filter((file) => existsSync(file));
};

test('a student learns from what its teacher wrote, which later runs find', async () => {
  const first = await makeRun(project, 'first', written);
  const { code, output } = await runToEnd(first);
  assert.equal(code, 0, output);
  const events = await eventsOf(first);
  assert.deepEqual(
    events.filter(({ type }) => type === 'phase').map((event) => event.type === 'phase' && event.phase),
    ['prepare', 'teacher', 'signals', 'train', 'evaluate', 'measure', 'export'],
  );
  const steps = events.findLast((event) => event.type === 'metric' && event.model === 'student');
  // 24 texts in batches of 8, twice.
  assert.ok(steps?.type === 'metric');
  assert.equal(steps.step, 6);
  const { student, teacher, continuations, teacherSeconds } = await resultOf(first);
  for (const figure of [student.perplexity, teacher!.perplexity]) assert.ok(figure! > 1, `${figure}`);
  assert.ok(teacherSeconds! > 0);
  assert.equal(continuations?.length, 3);
  for (const { prompt, reference, texts } of continuations!) {
    assert.match(`${prompt} ${reference}`, /^(the|whale|swam|on|and|ship|came|after|it|,|all|night|\.| )+$/);
    assert.deepEqual(Object.keys(texts), ['student', 'teacher']);
  }

  // One text may end at once; not all of them.
  for (const name of ['student', 'teacher'])
    assert.ok(continuations!.some(({ texts }) => texts[name] !== ''));

  const [file, ...others] = cacheFiles();
  assert.deepEqual(others, []);
  const made = statSync(file!).mtimeMs;
  const second = await makeRun(project, 'second', { ...written, seeds: [5] });
  assert.equal((await runToEnd(second)).code, 0);
  assert.equal(statSync(file!).mtimeMs, made);
  const again = await makeRun(project, 'again', written);
  assert.equal((await runToEnd(again)).code, 0);
  const weights = ({ studentDirectory }: RunDirectory) =>
    readFileSync(join(studentDirectory, 'model.safetensors'));
  assert.deepEqual(weights(again), weights(first));
  assert.notDeepEqual(weights(second), weights(first));
});

test('a run that was killed goes on with the same texts, though they were lost', async () => {
  const long = { ...written, training: { epochs: 20, batchSize: 8, learningRate: 0.01 } };
  const whole = await makeRun(project, 'whole', long);
  assert.equal((await runToEnd(whole)).code, 0);

  const killed = await makeRun(project, 'killed', long);
  const worker = startWorker(killed.path);
  await waitFor(killed, ({ type }) => type === 'checkpoint');
  worker.process.kill('SIGKILL');
  await worker.ended;
  for (const file of cacheFiles()) writeFileSync(file, 'lost');
  const { code, output } = await runToEnd(killed);
  assert.equal(code, 0, output);
  const loss = async (directory: RunDirectory) => (await resultOf(directory)).student.loss!;
  assert.ok(Math.abs((await loss(killed)) - (await loss(whole))) < 1e-5);
  assert.ok(
    (await eventsOf(killed)).some(
      (event) => event.type === 'started' && event.resumedFromEpoch !== undefined,
    ),
  );
});
