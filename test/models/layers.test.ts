import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { tf } from '../../src/device/tensorflow.ts';
import { nearBias, paddingBias } from '../../src/models/layers/attention.ts';
import { layerNorm } from '../../src/models/layers/layer-norm.ts';
import { WeightPlan, Weights } from '../../src/models/weights.ts';
import { assertClose, usePlainBackend } from './backend.ts';
import { valuesOf } from './reference-checkpoint.ts';

before(usePlainBackend);

test('a window keeps from looking further than it reaches, on either side, and at padding', () => {
  const padding = paddingBias(
    tf.tensor2d([
      [1, 1, 1, 1],
      [1, 1, 0, 0],
    ]),
  );
  const bias = nearBias(padding, 1);
  assert.deepEqual(bias.shape, [2, 1, 4, 4]);
  const seen = valuesOf(bias).map((value) => Number(value === 0));
  assert.deepEqual(seen.slice(0, 16), [1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1]);
  assert.deepEqual(seen.slice(16), [1, 1, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  // Where nothing can be looked at, everything is as far away.
  assert.equal(new Set(valuesOf(bias).slice(-4)).size, 1);
});

test('a window over the whole text keeps from looking at padding alone', () => {
  const padding = paddingBias(tf.tensor2d([[1, 1, 1, 0]]));
  assert.equal(nearBias(padding, 3), padding);
  assert.notEqual(nearBias(padding, 2), padding);
});

test('a normalisation without a bias scales and does not shift', () => {
  const plan = new WeightPlan();
  layerNorm(plan, 'norm', 3, 1e-5, { bias: false });
  assert.deepEqual([...plan.parameters.keys()], ['norm.weight']);
  const source = (name: string) => Float32Array.from(name === 'norm.weight' ? [1, 2, 3] : [0, 0, 0]);
  const [bare, shifted] = [false, true].map((bias) =>
    layerNorm(new Weights(source), 'norm', 3, 1e-5, { bias }),
  );
  const x = tf.tensor2d([
    [1, 2, 6],
    [0, -1, 1],
  ]);
  assertClose(valuesOf(bare!(x)), valuesOf(shifted!(x)), 0, 'values');
});
