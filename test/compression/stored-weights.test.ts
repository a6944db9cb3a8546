import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { UserError } from '../../src/base/user-error.ts';
import { quantizeModel, saveQuantized } from '../../src/compression/quantize.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { quantize as quantizeRecord } from '../../src/experiment/strategies/quantize/record.ts';
import {
  checkpointBytes,
  inspectCheckpoint,
  loadModel,
  saveModel,
} from '../../src/models/checkpoint/checkpoint.ts';
import { checkpointHash } from '../../src/models/checkpoint/checkpoint-hash.ts';
import { readModelConfig } from '../../src/models/checkpoint/read-model-config.ts';
import {
  readSafetensors,
  type TensorToStore,
  writeSafetensors,
} from '../../src/models/checkpoint/safetensors.ts';
import type { Model } from '../../src/models/model.ts';
import { withoutZeros } from '../../src/models/stored/sparse-weights.ts';
import {
  architectures,
  change,
  cpu,
  inputsOf,
  logitsOf,
  relativeError,
  splitOf,
  tinyModel,
} from './models.ts';

const device = await cpu();
const root = await mkdtemp(join(tmpdir(), 'distillery-stored-'));
after(() => rm(root, { recursive: true, force: true }));

const dataset = { classNames: [] } as unknown as Dataset;
async function saved(architecture: string, scheme: 'int8' | 'int8-weights' | 'int4-weights') {
  const model = await tinyModel(architecture);
  const config = quantizeRecord.schema.parse({ kind: 'quantize', groupSize: 16, percentile: 100, scheme });
  const quantization = await quantizeModel({ device, model, config, train: splitOf(model) });
  const directory = join(root, `${architecture}-${scheme}`);
  const { bytes } = await saveQuantized(quantization, dataset, directory);
  return { model, quantization, directory, bytes };
}

for (const architecture of architectures)
  for (const scheme of ['int8', 'int8-weights', 'int4-weights'] as const)
    test(`${architecture}, ${scheme}: what was saved loads as floats and answers as the graph does`, async () => {
      const { model, quantization, directory, bytes } = await saved(architecture, scheme);
      const loaded = await loadModel(directory);
      const inputs = inputsOf(model);
      const found = await logitsOf(device, loaded, inputs);
      const error = relativeError(found, await logitsOf(quantization.device, model, inputs));
      assert.ok(error < (scheme === 'int8' ? 0.06 : 1e-5), `off by ${error}`);
      assert.ok(relativeError(found, await logitsOf(device, model, inputs)) > 1e-5, 'nothing was rounded');
      assert.equal(await checkpointBytes(directory), bytes);
      assert.equal((await readModelConfig(directory)).storage!.scheme, scheme);
    });

test('a quantized model that is saved again is a model of floats, in transformers’ layout too', async () => {
  for (const architecture of ['cnn', 'bert'] as const) {
    const { directory } = await saved(architecture, 'int8-weights');
    const again = join(root, `${architecture}-again`);
    const loaded = await loadModel(directory);
    await saveModel(loaded, again);
    assert.deepEqual((await readdir(again)).sort(), ['config.json', 'model.safetensors']);
    assert.equal(JSON.parse(await readFile(join(again, 'config.json'), 'utf8')).quantization, undefined);
    const inputs = inputsOf(loaded);
    const logits = await logitsOf(device, loaded, inputs);
    assert.deepEqual(await logitsOf(device, await loadModel(again), inputs), logits);
  }
});

/** With 4 of 5 weights zero. */
async function sparseModel(architecture: string): Promise<Model> {
  const model = await tinyModel(architecture);
  for (const variable of model.parameters.values())
    if (variable.shape.length > 1) await change(variable, (value, at) => (at % 5 === 0 ? value : 0));
  return model;
}

for (const architecture of architectures)
  test(`${architecture}: zeros that the file leaves out are there again, every bit of the rest too`, async () => {
    const model = await sparseModel(architecture);
    const directory = join(root, `${architecture}-sparse`);
    const dense = await saveModel(model, join(root, `${architecture}-dense`));
    const { bytes } = await saveModel(model, directory, { stored: withoutZeros });
    assert.equal(bytes, (await stat(join(directory, 'sparse.safetensors'))).size);
    assert.ok(bytes < dense.bytes, `${bytes} against ${dense.bytes} bytes`);
    const loaded = await loadModel(directory);
    for (const [name, variable] of [...model.parameters, ...model.buffers]) {
      const found = loaded.parameters.get(name) ?? loaded.buffers.get(name);
      assert.deepEqual(await found!.data(), await variable.data(), name);
    }
    assert.equal((await inspectCheckpoint(directory)).bytes, bytes);
  });

test('the bitmap is as documented, and what would not get smaller stays whole', () => {
  const values = new Float32Array(100);
  values.set([1.5, 0, -2, 0, 0, 0, 0, 0, 0, 3]);
  const dense = Float32Array.from({ length: 100 }, (_, at) => at + 1);
  const stored = withoutZeros(
    new Map<string, TensorToStore>([
      ['w', { shape: [10, 10], data: values }],
      ['full', { shape: [100], data: dense }],
    ]),
  )!;
  assert.deepEqual(stored.description, {
    sparsity: { layout: 'bitmap', weights: [{ name: 'w', shape: [10, 10] }] },
  });
  assert.deepEqual([...stored.tensors.keys()].sort(), ['full', 'w.bitmap', 'w.values']);
  assert.deepEqual([...stored.tensors.get('w.bitmap')!.data.slice(0, 3)], [0b101, 0b10, 0]);
  assert.equal(stored.tensors.get('w.bitmap')!.data.length, 13);
  assert.deepEqual([...stored.tensors.get('w.values')!.data], [1.5, -2, 3]);
  assert.equal(withoutZeros(new Map([['full', { shape: [100], data: dense }]])), undefined);
});

/** The folder of a sparse mlp with one tensor of its file, or its description, changed. */
async function broken(
  name: string,
  changes: (
    tensors: Map<string, TensorToStore>,
    config: { sparsity: { weights: { shape: number[] }[] } },
  ) => void,
): Promise<string> {
  const directory = join(root, name);
  await saveModel(await sparseModel('mlp'), directory, { stored: withoutZeros });
  const file = join(directory, 'sparse.safetensors');
  const tensors = new Map<string, TensorToStore>((await readSafetensors(file)).tensors);
  const config = JSON.parse(await readFile(join(directory, 'config.json'), 'utf8'));
  changes(tensors, config);
  await writeSafetensors(file, tensors);
  await writeFile(join(directory, 'config.json'), JSON.stringify(config));
  return directory;
}

const refused = (message: RegExp) => (error: unknown) =>
  error instanceof UserError && message.test(error.message) && error.remedy !== undefined;

test('a description and a file that do not go together are refused before anything is read', async () => {
  const missing = await broken('missing', (tensors) => tensors.delete('layers.0.weight.bitmap'));
  await assert.rejects(inspectCheckpoint(missing), refused(/does not hold "layers.0.weight.bitmap"/));
  const type = await broken('type', (tensors) =>
    tensors.set('layers.0.weight.values', { shape: [8], data: new Int8Array(8) }),
  );
  await assert.rejects(inspectCheckpoint(type), refused(/does not hold "layers.0.weight.values" as F32/));
  const shape = await broken('shape', (_tensors, { sparsity }) => {
    sparsity.weights[0]!.shape = [1e9, 1e9];
  });
  await assert.rejects(
    inspectCheckpoint(shape),
    refused(/does not hold "layers.0.weight.bitmap" as U8 of the shape/),
  );
  const other = await broken('other', (_tensors, { sparsity }) => {
    sparsity.weights[0]!.shape.reverse();
  });
  await assert.rejects(
    inspectCheckpoint(other),
    refused(/has the shape \[64, 24\], but config.json asks for \[24, 64\]/),
  );
  const words = await broken('words', (_tensors, { sparsity }) => {
    sparsity.weights[0]!.shape = [-1];
  });
  await assert.rejects(inspectCheckpoint(words), refused(/"sparsity.weights.0.shape.0" is out of range/));
});

test('a bitmap that marks more or fewer values than there are is refused', async () => {
  for (const [name, length] of [
    ['fewer', 3],
    ['more', 400],
  ] as const) {
    const directory = await broken(name, (tensors) =>
      tensors.set('layers.0.weight.values', { shape: [length], data: new Float32Array(length) }),
    );
    await assert.rejects(loadModel(directory), refused(/its bitmap marks 308 values, but there are/));
  }
});

test('a quantized file whose config.json lost its description is refused', async () => {
  const { directory } = await saved('mlp', 'int8-weights');
  const file = join(directory, 'config.json');
  const { quantization, ...config } = JSON.parse(await readFile(file, 'utf8'));
  assert.ok(quantization);
  await writeFile(file, JSON.stringify(config));
  await assert.rejects(loadModel(directory), refused(/is stored as I8/));
});

test('weights that lie there as floats too are taken, and the hash is theirs', async () => {
  const model = await sparseModel('mlp');
  const directory = join(root, 'both');
  await saveModel(model, directory, { stored: withoutZeros });
  const before = await checkpointHash(directory);
  const dense = join(root, 'both-dense');
  await saveModel(await tinyModel('mlp'), dense);
  await writeFile(join(directory, 'model.safetensors'), await readFile(join(dense, 'model.safetensors')));
  const loaded = await loadModel(directory);
  const found = await loaded.parameters.get('layers.0.weight')!.data();
  assert.ok(found.every((value) => value !== 0));
  assert.notEqual(await checkpointHash(directory), before);
});
