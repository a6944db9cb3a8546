import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Scalar, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../../../src/device/tensorflow.ts';
import { createStrategy } from '../../../src/strategies/create-strategy.ts';
import { distillationRows } from '../../../src/strategies/losses/distillation-kl.ts';
import { divergenceRows } from '../../../src/strategies/losses/divergences.ts';
import { normalizedDistanceRows } from '../../../src/strategies/losses/normalized-distance.ts';
import {
  contextFor,
  gradientsOf,
  modelOf,
  number,
  partsFor,
  strategyConfig,
  totalOf,
  uniform,
} from '../support.ts';
import { attach, close, finite, teacherSays } from './cases.ts';

before(() => tf.setBackend('cpu'));

/** Binary logits with these odds for the first class. */
const odds = (p: number) => tf.tensor2d([[Math.log(p), Math.log(1 - p)]]);

describe('KL direction: the target is the teacher', () => {
  test('distillation is KL(teacher ‖ student), not the other way round', () => {
    const forward = 0.9 * Math.log(0.9 / 0.6) + 0.1 * Math.log(0.1 / 0.4);
    close(number(distillationRows(odds(0.9), odds(0.6), 1)), forward);
  });

  test('the mixture weights of jsd are not swapped: β belongs to the teacher', () => {
    const m = 0.25 * 0.9 + 0.75 * 0.6;
    const kl = (a: number, b: number) => a * Math.log(a / b) + (1 - a) * Math.log((1 - a) / (1 - b));
    const value = divergenceRows({ divergence: 'jsd', beta: 0.25 }, odds(0.9), odds(0.6), 1);
    close(number(value), 0.25 * kl(0.9, m) + 0.75 * kl(0.6, m));
  });

  test('jsd at β = 0 and β = 1 is exactly forward and reverse KL', () => {
    const [t, s] = [uniform([4, 5], 1) as Tensor2D, uniform([4, 5], 2) as Tensor2D];
    const rows = (config: Parameters<typeof divergenceRows>[0]) =>
      Array.from(divergenceRows(config, t, s, 2).dataSync());
    assert.deepEqual(rows({ divergence: 'jsd', beta: 0 }), rows({ divergence: 'forward-kl' }));
    assert.deepEqual(rows({ divergence: 'jsd', beta: 1 }), rows({ divergence: 'reverse-kl' }));
  });
});

describe('sums over classes and features, means over samples', () => {
  test('mean instead of batchmean: twice the classes, each split in two, do not halve the loss', () => {
    const halves = (x: Tensor2D) => tf.concat([x, x], 1) as Tensor2D;
    const [t, s] = [odds(0.9), odds(0.6)];
    close(number(distillationRows(halves(t), halves(s), 1)), number(distillationRows(t, s, 1)));
  });

  test('twice the samples do not double the loss', () => {
    const [z, t] = [uniform([3, 4], 3), uniform([3, 4], 4)];
    const strategy = attach({ kind: 'response' }, 4);
    const loss = (copies: number) =>
      number(
        totalOf(
          strategy.loss(
            contextFor(tf.tile(z, [copies, 1]), new Array(copies).fill([1, 0, 2]).flat(), {
              teacher: teacherSays(tf.tile(t, [copies, 1])),
            }),
          ),
        ),
      );
    close(loss(2), loss(1));
  });

  test('the feature loss does not shrink with the width of the layer', () => {
    const [u, t] = [uniform([2, 6], 5) as Tensor2D, uniform([2, 6], 6) as Tensor2D];
    const repeated = (x: Tensor2D) => tf.tile(x, [1, 8]) as Tensor2D;
    const wide = normalizedDistanceRows(repeated(u), repeated(t)).dataSync();
    normalizedDistanceRows(u, t)
      .dataSync()
      .forEach((value, index) => {
        close(wide[index]!, value);
      });
  });
});

describe('T²', () => {
  test('is there when alpha is left out', () => {
    const [z, t] = [uniform([2, 3], 7), uniform([2, 3], 8)];
    const { response } = attach({ kind: 'response', temperature: 3 }).loss(
      contextFor(z, [0, 1], { teacher: teacherSays(t) }),
    );
    assert.equal(response!.weight, 0.7);
    const rows = distillationRows(t as Tensor2D, z as Tensor2D, 3);
    close(number(response!.value), 9 * number(tf.mean(rows)));
  });

  test('is there for language models as well', () => {
    const [z, t] = [uniform([1, 3, 4], 9), uniform([1, 3, 4], 10)];
    const strategy = attach({ kind: 'sequence', temperature: 2, topK: null }, 4);
    const { divergence } = strategy.loss(contextFor(z, [[0, 1, 2]], { teacher: teacherSays(t) }));
    const rows = distillationRows(
      tf.reshape(t, [3, 4]) as Tensor2D,
      tf.reshape(z, [3, 4]) as Tensor2D,
      2,
    ).dataSync();
    close(number(divergence!.value), (4 * (rows[0]! + rows[1]!)) / 2);
  });
});

describe('the teacher is stopped from receiving gradients', () => {
  for (const kind of ['response', 'sequence'] as const)
    test(kind, () => {
      const student = tf.variable(uniform(kind === 'response' ? [2, 3] : [2, 4, 3], 11));
      const teacher = tf.variable(uniform(kind === 'response' ? [2, 3] : [2, 4, 3], 12));
      const labels =
        kind === 'response'
          ? [0, 1]
          : [
              [0, 1, 2, 1],
              [0, 0, 0, 0],
            ];
      const config = kind === 'response' ? { kind } : { kind, divergence: 'jsd', topK: null };
      const strategy = attach(config);
      const gradients = gradientsOf(
        () => totalOf(strategy.loss(contextFor(student, labels, { teacher: teacherSays(teacher) }))),
        new Map([
          ['student', student],
          ['teacher', teacher],
        ]),
      );
      assert.ok(gradients.get('student')!.some((x) => x !== 0));
      assert.equal(gradients.get('teacher'), null);
    });
});

test('label smoothing belongs to the hard loss only', () => {
  const [z, t] = [uniform([2, 3], 13), uniform([2, 3], 14)];
  const terms = (labelSmoothing: number) =>
    attach({ kind: 'response' }).loss(contextFor(z, [0, 1], { teacher: teacherSays(t), labelSmoothing }));
  const [plain, smoothed] = [terms(0), terms(0.2)];
  assert.equal(number(smoothed.response!.value), number(plain.response!.value));
  assert.notEqual(number(smoothed.labels!.value), number(plain.labels!.value));
});

test('−∞ of the teacher gives no NaN, forward or backward, in any divergence', () => {
  const z = tf.variable(uniform([3, 4], 24));
  const t = tf.tensor2d([
    [1, Number.NEGATIVE_INFINITY, 0, 2],
    [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, 0],
    [0, 1, 2, 3],
  ]);
  for (const config of [
    { divergence: 'forward-kl' },
    { divergence: 'reverse-kl' },
    { divergence: 'jsd', beta: 0.5 },
    { divergence: 'skew-kl', lambda: 0.1 },
    { divergence: 'skew-reverse-kl', lambda: 0.1 },
  ] as const) {
    const loss = () => tf.sum<Scalar>(divergenceRows(config, t, z as unknown as Tensor2D, 2));
    finite([number(loss())]);
    finite(gradientsOf(loss, new Map([['z', z]])).get('z')!);
  }
});

test('mutual learning without stopping gradients through the other peer is another method', () => {
  const own = modelOf({ architecture: 'mlp', hidden: [4] });
  const strategy = createStrategy(strategyConfig({ kind: 'online' })).attach(partsFor(own));
  const pixels = uniform([4, 8, 8, 1], 33);
  const gradients = (name: string) =>
    gradientsOf(
      () => {
        const context = contextFor(uniform([4, 3], 34), [0, 1, 2, 0]);
        const terms = strategy.loss({
          ...context,
          batch: { ...context.batch, input: { pixels } },
          student: own.forward({ pixels }, { training: true }),
        });
        return terms[name]!.value;
      },
      new Map([
        ['student', own.parameters.get('classifier.weight')!],
        ['peer', strategy.parameters.get('peer-2.classifier.weight')!],
      ]),
    );
  const mutual = gradients('mutual');
  assert.ok(mutual.get('student')!.some((x) => x !== 0));
  assert.equal(mutual.get('peer'), null);
  const other = gradients('peer-2.mutual');
  assert.equal(other.get('student'), null);
  assert.ok(other.get('peer')!.some((x) => x !== 0));
});
