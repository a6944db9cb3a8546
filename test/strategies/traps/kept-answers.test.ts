import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../../../src/device/tensorflow.ts';
import { createStrategy } from '../../../src/strategies/create-strategy.ts';
import { divergenceRows } from '../../../src/strategies/losses/divergences.ts';
import { keptDivergenceRows } from '../../../src/strategies/losses/kept-divergences.ts';
import { keptAnswers, topLogits } from '../../../src/strategies/losses/top-logits.ts';
import type { TeacherSignals } from '../../../src/strategies/strategy.ts';
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
import { attach, close, teacherSays } from './cases.ts';

before(() => tf.setBackend('cpu'));

describe('kept answers are as good as all of them, at any temperature', () => {
  const t = uniform([2, 3, 9], 35);
  const probabilities = (logits: Tensor2D, temperature: number) =>
    tf.softmax(tf.div(logits, temperature)).dataSync();

  for (const temperature of [0.5, 1, 2, 4])
    test(`kept tokens have the probability that the whole vocabulary gives them at temperature ${temperature}`, () => {
      const kept = keptAnswers(topLogits(t, 4, [1, temperature]), 4, temperature);
      const exact = probabilities(tf.reshape(t, [6, 9]) as Tensor2D, temperature);
      const own = tf.exp(kept.logProbabilities).dataSync();
      const indices = kept.indices.dataSync();
      for (let row = 0; row < 6; row++) {
        let rest = 1;
        for (let at = 0; at < 4; at++) {
          const expected = exact[row * 9 + indices[row * 4 + at]!]!;
          close(own[row * 5 + at]!, expected);
          rest -= expected;
        }
        close(own[row * 5 + 4]!, rest);
      }
    });

  test('what is left is not lost in rounding where the teacher is sure', () => {
    const sure = tf.tensor3d([[[0, -40, -41, -42]]]);
    const { logProbabilities } = keptAnswers(topLogits(sure, 1, [1]), 1, 1);
    close(logProbabilities.dataSync()[1]!, Math.log(Math.exp(-40) + Math.exp(-41) + Math.exp(-42)));
  });

  test('reverse KL is as large as that of the whole vocabulary where the teacher leaves next to nothing', () => {
    // What is left of the teacher is 2e-9, in equal parts, and so is what is left of the student, one half.
    const others = 100;
    const row = (first: number, each: number) =>
      tf.tensor2d([[Math.log(first), ...new Array(others).fill(Math.log(each))]]);
    const [teacher, student] = [row(1 - 2e-9, 2e-9 / others), tf.variable(row(0.5, 0.5 / others))];
    const top = keptAnswers(topLogits(tf.reshape(teacher, [1, 1, others + 1]), 1, [1]), 1, 1);
    const reverse = { divergence: 'reverse-kl' } as const;
    const expected = 0.5 * Math.log(0.5) + 0.5 * Math.log(0.5 / 2e-9);
    const gradient = (rows: () => Tensor1D) =>
      gradientsOf(() => tf.sum<Scalar>(rows()), new Map([['z', student]])).get('z')!;
    const own = () => keptDivergenceRows(reverse, top, student as unknown as Tensor2D, 1);
    const all = () => divergenceRows(reverse, teacher, student as unknown as Tensor2D, 1);
    close(number(own()), expected);
    close(number(all()), expected);
    const whole = gradient(all);
    gradient(own).forEach((value, index) => {
      close(value, whole[index]!, 1e-4);
    });
  });

  test('fewer tokens can be taken of those that another term wanted', () => {
    const [few, many] = [topLogits(t, 3, [2]), topLogits(t, 6, [1, 2])].map((top) => keptAnswers(top, 3, 2));
    assert.deepEqual([...many!.indices.dataSync()], [...few!.indices.dataSync()]);
    many!.logProbabilities.dataSync().forEach((value, index) => {
      close(value, few!.logProbabilities.dataSync()[index]!);
    });
  });

  test('a temperature that answers were not kept for is an error, never another one', () => {
    assert.throws(() => keptAnswers(topLogits(t, 4, [1]), 4, 2), /temperature 2/);
  });

  for (const temperature of [1, 2, 4])
    for (const divergence of ['forward-kl', 'reverse-kl', 'jsd', 'skew-kl', 'skew-reverse-kl'])
      test(`of a teacher no wider than what would be kept, topK changes no ${divergence} at temperature ${temperature}`, () => {
        const z = tf.variable(uniform([2, 3, 9], 37));
        const outcome = (topK: number | null) => {
          const config = strategyConfig({ kind: 'sequence', divergence, temperature, topK });
          const strategy = createStrategy(config).attach({
            ...partsFor(modelOf({ architecture: 'mlp', hidden: [2] })),
            task: { classes: 9 },
            teacher: { hiddenShapes: [[8]], classes: 9 },
          });
          const labels = [
            [0, 1, 2],
            [3, 4, 5],
          ];
          const loss = () => totalOf(strategy.loss(contextFor(z, labels, { teacher: teacherSays(t) })));
          return [number(loss()), ...gradientsOf(loss, new Map([['z', z]])).get('z')!];
        };
        assert.deepEqual(outcome(4), outcome(null));
      });

  test('terms of different temperatures and counts give the same losses from one cache as from a live teacher', () => {
    const terms = [
      { kind: 'sequence', temperature: 2, topK: 3 },
      { kind: 'sequence', temperature: 1, topK: 5, divergence: 'reverse-kl' },
    ];
    const config = strategyConfig({ kind: 'combined', terms });
    const { topLogits: needs } = createStrategy(config).needs({ student: [[1]], teacher: [[64]] });
    assert.deepEqual(needs, { count: 5, temperatures: [1, 2] });
    const strategy = attach({ kind: 'combined', terms }, 9);
    const labels = [
      [0, 1, 2],
      [3, 4, 5],
    ];
    const losses = (teacher: Partial<TeacherSignals>) => {
      const none = { hiddenStates: new Map(), pooled: new Map() };
      const context = contextFor(uniform([2, 3, 9], 36), labels, { teacher: { ...none, ...teacher } });
      return Object.values(strategy.loss(context)).map(({ value }) => number(value));
    };
    const live = losses({ logits: t });
    losses({ topLogits: topLogits(t, needs.count, needs.temperatures) }).forEach((value, index) => {
      close(value, live[index]!);
    });
  });

  test('a loss on the top k is the same from cached signals and from a live teacher', () => {
    const strategy = attach({ kind: 'sequence', topK: 4 }, 9);
    const z = uniform([2, 3, 9], 36);
    const labels = [
      [0, 1, 2],
      [3, 4, 5],
    ];
    const loss = (teacher: Partial<TeacherSignals>) =>
      number(
        totalOf(
          strategy.loss(
            contextFor(z, labels, { teacher: { hiddenStates: new Map(), pooled: new Map(), ...teacher } }),
          ),
        ),
      );
    assert.equal(loss({ logits: t }), loss({ topLogits: topLogits(t, 4, [2]) }));
    const all = attach({ kind: 'sequence', topK: null }, 9);
    const full = number(totalOf(all.loss(contextFor(z, labels, { teacher: teacherSays(t) }))));
    assert.notEqual(loss({ logits: t }), full);
  });

  test('needs() names what is worth caching, and no more', () => {
    const shapes = (layers: number) => Array.from({ length: layers + 1 }, () => [4]);
    const needs = (config: Parameters<typeof strategyConfig>[0]) =>
      createStrategy(strategyConfig(config)).needs({ student: shapes(2), teacher: shapes(4) });
    const none = { logits: false, hiddenStates: [], pooled: [] };
    assert.deepEqual(needs({ kind: 'direct' }), none);
    assert.deepEqual(needs({ kind: 'self' }), none);
    assert.deepEqual(needs({ kind: 'online' }), none);
    assert.deepEqual(needs({ kind: 'response' }), { ...none, logits: true });
    assert.deepEqual(needs({ kind: 'feature' }), { ...none, hiddenStates: [2, 4] });
    assert.deepEqual(needs({ kind: 'relation' }), { ...none, pooled: [4] });
    assert.deepEqual(needs({ kind: 'sequence' }), { ...none, logits: true });
    assert.deepEqual(needs({ kind: 'sequence', topK: 1 }), {
      ...none,
      logits: true,
      topLogits: { count: 1, temperatures: [2] },
    });
    // Two tokens take as many numbers as the four of the last hidden state, from which all answers follow.
    assert.deepEqual(needs({ kind: 'sequence', topK: 2 }), { ...none, logits: true });
    assert.deepEqual(needs({ kind: 'sequence', topK: null }), { ...none, logits: true });
    assert.deepEqual(
      needs({ kind: 'combined', terms: [{ kind: 'sequence' }, { kind: 'response' }, { kind: 'cosine' }] }),
      { ...none, logits: true, hiddenStates: [2, 4] },
    );
  });
});
