import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { answerQuestion } from '../../src/answers/question.ts';
import { readAnswers } from '../../src/answers/read-answers.ts';
import type { ExperimentInput } from '../../src/experiment/schema/schema.ts';
import { inspectCheckpoint } from '../../src/models/checkpoint/checkpoint.ts';
import { readSafetensors } from '../../src/models/checkpoint/safetensors.ts';
import { planModel } from '../../src/models/create-model.ts';
import type { RunEvent } from '../../src/worker/directory/events.ts';
import type { RunDirectory } from '../../src/worker/directory/run-directory.ts';
import { eventsOf, makeRun, resultOf, startWorker, temporaryDirectory, waitFor } from './support.ts';

const project = temporaryDirectory();

const teacher: ExperimentInput['teacher'] = {
  model: { architecture: 'cnn', channels: [8], dense: 24 },
  training: { epochs: 2, batchSize: 32, learningRate: 0.01 },
};

const phasesOf = (events: RunEvent[]) =>
  events.flatMap((event) => (event.type === 'phase' ? event.phase : []));

test('a quantized teacher is a run like any other', async () => {
  const directory = await makeRun(project, 'quantized', {
    teacher,
    student: undefined,
    strategy: { kind: 'quantize', scheme: 'int8', calibrationSamples: 40 },
  });
  const { result, events } = await resultOf(directory);
  assert.deepEqual(phasesOf(events), ['prepare', 'teacher', 'compress', 'evaluate', 'measure', 'export']);
  const { student, teacher: original, agreement, compression } = result;
  assert.equal(student.parameters, original!.parameters);
  const size = (name: string) => statSync(join(directory.studentDirectory, name)).size;
  assert.equal(student.bytes, size('quantized.safetensors'));
  assert.equal(compression!.onnxBytes, size('model.onnx'));
  assert.ok(original!.bytes / student.bytes > 3.5);
  assert.ok(agreement! > 0.9, `agreement ${agreement}`);
  assert.ok(student.latencyMs! > 0 && original!.latencyMs! > 0);
  assert.deepEqual(compression!.quantizedWeights, [
    'stages.0.conv.weight',
    'dense.weight',
    'classifier.weight',
  ]);
  assert.ok(compression!.floatWeights!.includes('stages.0.norm.weight'));
  assert.deepEqual(readdirSync(directory.studentDirectory).sort(), [
    'README.md',
    'config.json',
    'model.onnx',
    'preprocessor_config.json',
    'quantized.safetensors',
  ]);
  const kept = (await readAnswers(directory.path))!;
  assert.ok(kept.compressed && kept.ids.length === 80 && kept.missing.length === 0);
  const page = await answerQuestion({
    a: { directory: directory.path, model: 'teacher', run: 'quantized' },
    b: { directory: directory.path, model: 'student', run: 'quantized' },
    ...{ filter: '', sort: 'lost', descending: true, offset: 0, count: 5 },
  });
  assert.ok('matched' in page);
  assert.deepEqual(
    [page.classes!.a.accuracy, page.classes!.b.accuracy, page.classes!.agreement],
    [original!.accuracy, student.accuracy, agreement],
  );
  const { tensors } = await readSafetensors(join(directory.studentDirectory, 'quantized.safetensors'));
  assert.equal(tensors.get('dense.weight')!.dtype, 'I8');
  assert.deepEqual(tensors.get('dense.weight.scale')!.shape, [24, 1]);
  const config = JSON.parse(readFileSync(join(directory.studentDirectory, 'config.json'), 'utf8'));
  assert.equal(config.quantization.scheme, 'int8');
  assert.match(
    readFileSync(join(directory.studentDirectory, 'README.md'), 'utf8'),
    /quantized by the scheme `int8`/,
  );
});

test('a finished student is quantized by the id of its run', async () => {
  const id = '20261124-070314-few-response-s0-abcd';
  const first = await makeRun(project, id, { teacher });
  const trained = await resultOf(first);
  const directory = await makeRun(project, 'of-run', {
    teacher: undefined,
    student: undefined,
    strategy: { kind: 'quantize', of: id, scheme: 'float16' },
  });
  const { result } = await resultOf(directory);
  assert.equal(result.teacher!.bytes, trained.result.student.bytes);
  assert.equal(result.teacher!.accuracy, trained.result.student.accuracy);
  assert.ok(result.student.bytes < 0.6 * result.teacher!.bytes);
});

test('a pruned teacher is trained on, smaller, and loads as a checkpoint', async () => {
  const directory = await makeRun(project, 'pruned', {
    teacher,
    student: undefined,
    strategy: { kind: 'prune', sparsity: 0.5 },
  });
  const { result, events } = await resultOf(directory);
  assert.deepEqual(phasesOf(events), [
    'prepare',
    'teacher',
    'compress',
    'train',
    'evaluate',
    'measure',
    'export',
  ]);
  const model = await inspectCheckpoint(directory.studentDirectory);
  assert.deepEqual(
    { ...model.config, dropout: undefined },
    { architecture: 'cnn', channels: [4], dense: 12, dropout: undefined, normalization: 'batch' },
  );
  assert.equal(planModel(model.config, model.task).parameterCount, result.student.parameters);
  assert.equal(model.bytes, result.student.bytes);
  assert.ok(result.student.parameters < 0.3 * result.teacher!.parameters);
  assert.equal(result.compression!.sparsity, 1 - result.student.parameters / result.teacher!.parameters);
  assert.ok(result.trainingSeconds > 0);
});

test('pruning that is stopped half-way and resumed ends as undisturbed', async () => {
  const changes = {
    teacher,
    student: undefined,
    strategy: { kind: 'prune', method: 'magnitude', sparsity: 0.6 } as const,
    training: { epochs: 2, batchSize: 16, learningRate: 0.001 },
  };
  const weights = ({ studentDirectory }: RunDirectory) =>
    readFileSync(join(studentDirectory, 'sparse.safetensors'));
  const undisturbed = await makeRun(project, 'pruned-undisturbed', changes);
  await resultOf(undisturbed);
  const stopped = await makeRun(project, 'pruned-stopped', changes);
  const worker = startWorker(stopped.path);
  // Within the ramp, which takes the first epoch.
  await waitFor(
    stopped,
    (event) => event.type === 'metric' && event.model === 'student' && event.epoch > 0.5,
  );
  await stopped.request('stop');
  assert.equal((await worker.ended).code, 0);
  assert.ok((await eventsOf(stopped)).some(({ type }) => type === 'cancelled'));
  const { events } = await resultOf(stopped);
  assert.ok(events.some((event) => event.type === 'started' && event.resumedFromEpoch !== undefined));
  assert.deepEqual(weights(stopped), weights(undisturbed));
});

test('language models that were made smaller go on with texts as their originals do', async () => {
  const texts = temporaryDirectory();
  for (const name of ['train.txt', 'test.txt'])
    writeFileSync(join(texts, name), 'the whale swam on and the ship came after it, all night. '.repeat(40));
  const changes: Partial<ExperimentInput> = {
    dataset: {
      kind: 'language-model',
      train: 'train.txt',
      test: 'test.txt',
      tokenizer: { kind: 'words' },
      length: 16,
    },
    teacher: {
      model: { architecture: 'gpt2', hiddenSize: 16, layers: 1, heads: 2, intermediateSize: 32 },
      training: { epochs: 6, batchSize: 8, learningRate: 0.01 },
    },
    student: undefined,
    training: { epochs: 1, batchSize: 8, learningRate: 0.001 },
  };
  for (const strategy of [
    { kind: 'quantize', scheme: 'float16' },
    { kind: 'quantize', scheme: 'int8-weights' },
    { kind: 'quantize', scheme: 'int8' },
    { kind: 'quantize', scheme: 'int4-weights' },
    { kind: 'prune', method: 'structured', sparsity: 0.5 },
    { kind: 'prune', method: 'magnitude', sparsity: 0.3 },
  ] as const) {
    const name = strategy.kind === 'quantize' ? strategy.scheme : strategy.method;
    const { result } = await resultOf(await makeRun(texts, name, { ...changes, strategy }));
    assert.ok(result.continuations!.length > 0, name);
    for (const { reference, texts: written } of result.continuations!) {
      assert.deepEqual(Object.keys(written), ['student', 'teacher'], name);
      assert.ok(reference.length > 0 && written.student!.length > 0, name);
      // Practically the same weights draw the same tokens.
      if (name === 'float16') assert.equal(written.student, written.teacher);
    }
    assert.ok(result.student.perplexity! > 1, name);
  }
});
