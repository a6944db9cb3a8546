import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pruneUnits } from '../../src/compression/structured/prune-units.ts';
import { loadModel, saveModel } from '../../src/models/checkpoint/checkpoint.ts';
import { strongest } from '../../src/models/cuts.ts';
import { type Model, parameterCount } from '../../src/models/model.ts';
import { samples } from '../models/samples.ts';
import { architectures, change, cpu, inputsOf, logitsOf, relativeError, tinyModel } from './models.ts';

const device = await cpu();

/** Every other unit becomes one that contributes nothing, and so does the first half of the heads. */
async function silenceHalf(model: Model, architecture: string): Promise<void> {
  const { units, heads = [] } = samples.get(architecture)!.silenced;
  for (const [name, variable] of model.parameters) {
    for (const [pattern, axis] of units) {
      if (!new RegExp(pattern).test(name)) continue;
      const inner = variable.shape.slice(axis + 1).reduce((product, length) => product * length, 1);
      await change(variable, (value, at) =>
        (Math.floor(at / inner) % variable.shape[axis]!) % 2 === 1 ? 0 : value,
      );
    }
    for (const [pattern, period] of heads) {
      if (!new RegExp(pattern).test(name)) continue;
      const length = period ?? variable.size;
      await change(variable, (value, at) => (at % length < length / 2 ? 0 : value));
    }
  }
}

for (const architecture of architectures)
  test(`${architecture}: units that contribute nothing go without a trace`, async () => {
    const model = await tinyModel(architecture);
    await silenceHalf(model, architecture);
    const pruned = await pruneUnits(model, { sparsity: 0.5, norm: 'l1' });
    const inputs = inputsOf(model);
    const expected = await logitsOf(device, model, inputs);
    const error = relativeError(await logitsOf(device, pruned, inputs), expected);
    assert.ok(error < 1e-5, `off by ${error}`);
    assert.ok(parameterCount(pruned) < 0.8 * parameterCount(model));
  });

interface Transformer {
  readonly heads: number;
  readonly headSize: number;
  readonly intermediateSize: number;
}

test('a model with fewer heads is saved and opened again', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'distillery-heads-'));
  after(() => rm(directory, { recursive: true, force: true }));
  for (const architecture of ['bert', 'gpt2', 'llama'] as const) {
    const pruned = await pruneUnits(await tinyModel(architecture), { sparsity: 0.5, norm: 'l1' });
    await saveModel(pruned, join(directory, architecture));
    const opened = await loadModel(join(directory, architecture));
    const inputs = inputsOf(pruned);
    assert.deepEqual(await logitsOf(device, opened, inputs), await logitsOf(device, pruned, inputs));
  }
});

test('what is left of a configuration tells the smaller sizes', async () => {
  const config = async (architecture: string, sparsity: number) =>
    (await pruneUnits(await tinyModel(architecture), { sparsity, norm: 'l2' })).config;
  assert.deepEqual(((await config('mlp', 0.75)) as { hidden: number[] }).hidden, [6, 3]);
  const cnn = (await config('cnn', 0.5)) as { channels: number[]; dense: number };
  assert.deepEqual([cnn.channels, cnn.dense], [[3, 4], 5]);
  assert.equal(((await config('resnet', 0.5)) as { width: number }).width, 0.25);
  for (const architecture of ['bert', 'gpt2'] as const) {
    const { heads, headSize, intermediateSize } = (await config(architecture, 0.5)) as Transformer;
    assert.deepEqual([heads, headSize, intermediateSize], [1, 8, 32]);
  }
  const llama = (await config('llama', 0.5)) as Transformer & { keyValueHeads: number };
  assert.deepEqual([llama.heads, llama.keyValueHeads, llama.headSize], [2, 1, 4]);
});

test('one unit at least is left, and a resnet says how much it can lose', async () => {
  const mlp = await pruneUnits(await tinyModel('mlp'), { sparsity: 0.999, norm: 'l1' });
  assert.deepEqual((mlp.config as { hidden: number[] }).hidden, [1, 1]);
  await assert.rejects(async () => pruneUnits(await tinyModel('resnet'), { sparsity: 0.9, norm: 'l1' }), {
    message: /cannot lose 90 %/,
    remedy: /at most 0\.87/,
  });
});

test('the most important units are kept in their order, of equal ones the first', () => {
  assert.deepEqual(strongest(Float64Array.of(3, 1, 3, 5, 3), 3), [0, 2, 3]);
});
