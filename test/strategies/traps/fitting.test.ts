import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { UserError } from '../../../src/base/user-error.ts';
import { tf } from '../../../src/device/tensorflow.ts';
import { createStrategy } from '../../../src/strategies/create-strategy.ts';
import { hiddenShapes } from '../../../src/strategies/hidden-shapes.ts';
import { layerPairs } from '../../../src/strategies/layer-pairs.ts';
import { modelOf, partsFor, strategyConfig } from '../support.ts';

before(() => tf.setBackend('cpu'));

describe('what does not go together is found before training', () => {
  const student = () => modelOf({ architecture: 'mlp', hidden: [4, 4] });

  test('vocabularies that differ are named with both sizes', () => {
    const strategy = createStrategy(strategyConfig({ kind: 'sequence' }));
    const parts = {
      ...partsFor(student(), { hiddenShapes: [[4]], classes: 50_257 }),
      task: { classes: 32_000 },
    };
    assert.throws(
      () => strategy.attach(parts),
      (error: unknown) =>
        error instanceof UserError && /50257/.test(error.message) && /32000/.test(error.message),
    );
  });

  test('a layer past the last is named with the last that is there', () => {
    const strategy = createStrategy(
      strategyConfig({ kind: 'feature', layers: [{ student: 2, teacher: 5 }] }),
    );
    const shapes = hiddenShapes(student());
    assert.throws(
      () => strategy.needs({ student: shapes, teacher: [[4], [4], [4], [4], [4]] }),
      (error: unknown) => error instanceof UserError && /Layer 5 of the teacher.*4/.test(error.message),
    );
  });

  test('feature maps and vectors are not compared', () => {
    const strategy = createStrategy(
      strategyConfig({ kind: 'feature', layers: [{ student: 1, teacher: 1 }] }),
    );
    assert.throws(
      () =>
        strategy.needs({
          student: [[64], [4]],
          teacher: [
            [8, 8, 1],
            [4, 4, 2],
          ],
        }),
      (error: unknown) => error instanceof UserError && /4×4×2/.test(error.message),
    );
  });

  test('left to itself, the map pairs feature maps with maps and vectors with vectors', () => {
    const pairs = layerPairs(
      undefined,
      [[8, 8, 1], [4, 4, 2], [10]],
      [[8, 8, 1], [4, 4, 2], [2, 2, 2], [10], [10]],
    );
    assert.deepEqual(pairs, [
      { student: 1, teacher: 2 },
      { student: 2, teacher: 4 },
    ]);
  });

  test('a model of one layer has no earlier exit', () => {
    const strategy = createStrategy(strategyConfig({ kind: 'self' }));
    assert.throws(
      () => strategy.needs({ student: [[64], [4]], teacher: undefined }),
      (error: unknown) => error instanceof UserError && /only one/.test(error.message),
    );
  });

  test('a teacher is asked for where one is needed', () => {
    const strategy = createStrategy(strategyConfig({ kind: 'relation' }));
    assert.throws(() => strategy.needs({ student: [[4], [4]], teacher: undefined }), UserError);
  });

  test('a peer count of one, and more peer models than peers', () => {
    assert.throws(() => strategyConfig({ kind: 'online', peers: 1 }), /at least two peers/);
    const models = new Array(2).fill({ architecture: 'mlp', hidden: [4] });
    assert.throws(() => strategyConfig({ kind: 'online', peerModels: models }), /more peerModels/);
  });
});
