import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  cubicSparsity,
  magnitudeMasks,
  prunableWeights,
  sparsityOf,
  withMagnitudePruning,
} from '../../src/compression/magnitude.ts';
import { tf } from '../../src/device/tensorflow.ts';
import type { AttachedStrategy } from '../../src/strategies/strategy.ts';
import { change, cpu, tinyModel } from './models.ts';

await cpu();

test('sparsity follows the cubic of Zhu & Gupta', () => {
  assert.deepEqual(
    [0, 0.5, 1, 2].map((progress) => cubicSparsity(0.8, progress)),
    [0, 0.8 * (1 - 0.125), 0.8, 0.8],
  );
});

test('exactly as many weights go as are asked for, and none that is larger than one that stays', () => {
  const numbers = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(
      numbers,
      numbers,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.constantFrom('global' as const, 'layer' as const),
      (one, other, sparsity, scope) => {
        const weights = new Map([
          ['one', Float32Array.from(one)],
          ['other', Float32Array.from(other)],
        ]);
        const masks = magnitudeMasks(weights, sparsity, scope);
        const groups = scope === 'global' ? [['one', 'other']] : [['one'], ['other']];
        for (const names of groups) {
          const all = names.flatMap((name) =>
            [...weights.get(name)!].map((value, at) => ({
              size: Math.abs(value),
              kept: masks.get(name)![at],
            })),
          );
          const gone = all.filter(({ kept }) => kept === 0).map(({ size }) => size);
          const left = all.filter(({ kept }) => kept === 1).map(({ size }) => size);
          assert.equal(gone.length, Math.floor(all.length * sparsity));
          assert.equal(gone.length + left.length, all.length);
          assert.ok(Math.max(...gone, 0) <= Math.min(...left, 5));
        }
      },
    ),
  );
});

test('tables to look up in are not pruned, products and convolutions are', async () => {
  const gpt2 = [...prunableWeights(await tinyModel('gpt2')).keys()];
  assert.ok(gpt2.includes('transformer.h.0.attn.c_attn.weight'));
  assert.ok(!gpt2.some((name) => /wte|wpe|ln_|bias/.test(name)));
  const bert = [...prunableWeights(await tinyModel('bert')).keys()];
  assert.ok(bert.length > 0 && !bert.some((name) => /embeddings/.test(name)));
});

test('what is zero stays zero through updates, until sparsity is what it is to be', async () => {
  const model = await tinyModel('cnn');
  const plain: AttachedStrategy = {
    parameters: new Map(),
    buffers: new Map(),
    loss: () => ({}),
    dispose() {},
  };
  const pruning = withMagnitudePruning(plain, model, { sparsity: 0.7, scope: 'global', ramp: 0.5 });
  const total = 12;
  const sparsities: number[] = [];
  for (let step = 0; step < total; step++) {
    await pruning.beforeStep!(step, total);
    // As an optimizer would: every weight moves.
    for (const variable of model.parameters.values()) await change(variable, (value) => value + 0.01);
    tf.tidy(() => pruning.afterUpdate!());
    sparsities.push(await sparsityOf(model));
    assert.equal(pruning.settled!(step + 1, total), step >= 5);
  }
  assert.ok(sparsities.every((value, at) => at === 0 || value >= sparsities[at - 1]!));
  assert.ok(sparsities[0]! > 0.2 && sparsities[0]! < 0.4, `first ${sparsities[0]}`);
  const count = [...prunableWeights(model).values()].reduce((sum, { size }) => sum + size, 0);
  for (const value of sparsities.slice(5)) assert.equal(value, Math.floor(0.7 * count) / count);
  const masks = [...pruning.buffers.keys()];
  assert.ok(masks.every((name) => name.startsWith('mask.')) && masks.length > 0);
  pruning.dispose();
});
