import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { tf } from '../../../src/device/tensorflow.ts';
import { contextFor, gradientsOf, number, totalOf, uniform } from '../support.ts';
import { attach, close, teacherSays } from './cases.ts';

before(() => tf.setBackend('cpu'));

describe('causal shift', () => {
  const certain = (tokens: number[]) => tf.oneHot(tf.tensor1d(tokens, 'int32'), 5, 50, 0, 'float32');

  test('positions :-1 predict labels 1:, the first label is no target and the last position predicts nothing', () => {
    // Each position is certain of the token after it; the last one is wrong whatever comes.
    const logits = tf.expandDims(certain([1, 2, 3, 0]), 0);
    const { labels } = attach({ kind: 'direct' }, 5).loss(contextFor(logits, [[4, 1, 2, 3]]));
    assert.ok(number(labels!.value) < 1e-6);
  });

  test('a masked prompt keeps the first response token as a target', () => {
    const strategy = attach({ kind: 'direct' }, 5);
    const wrongFirst = tf.expandDims(certain([0, 0, 3, 0]), 0);
    const { labels } = strategy.loss(contextFor(wrongFirst, [[-100, -100, 2, 3]]));
    // Position 1 should have said 2: one of two targets is missed, by 50 nats.
    close(number(labels!.value), 25);
  });
});

describe('token normalisation', () => {
  const config = { kind: 'sequence', topK: null } as const;

  test('gradients accumulated over ragged batches equal those of one large batch', () => {
    const z = uniform([4, 5, 6], 20);
    const t = uniform([4, 5, 6], 21);
    const labels = [
      [1, 2, 3, 4, 5],
      [0, 1, -100, -100, -100],
      [-100, -100, -100, -100, 2],
      [3, 3, 3, -100, -100],
    ];
    const strategy = attach(config, 6);
    const whole = contextFor(z, labels, { teacher: teacherSays(t) });
    const full = number(totalOf(strategy.loss(whole)));
    const parts = [0, 1, 2, 3].map((sample) => {
      const own = (x: typeof z) => tf.slice(x, [sample, 0, 0], [1, 5, 6]);
      const context = contextFor(own(z), [labels[sample]!], {
        teacher: teacherSays(own(t)),
        totals: whole.totals,
      });
      return number(totalOf(strategy.loss(context)));
    });
    close(
      parts.reduce((sum, part) => sum + part, 0),
      full,
    );
  });

  test('zero valid tokens give a loss and gradients of 0', () => {
    const z = tf.variable(uniform([2, 3, 6], 22));
    const strategy = attach({ ...config, divergence: 'reverse-kl' }, 6);
    const labels = [
      [1, -100, -100],
      [-100, -100, -100],
    ];
    const loss = () =>
      totalOf(strategy.loss(contextFor(z, labels, { teacher: teacherSays(uniform([2, 3, 6], 23)) })));
    assert.equal(number(loss()), 0);
    assert.ok(
      gradientsOf(loss, new Map([['z', z]]))
        .get('z')!
        .every((x) => x === 0),
    );
  });
});
