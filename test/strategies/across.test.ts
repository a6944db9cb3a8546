import '@tensorflow/tfjs-backend-cpu';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { openDevice } from '../../src/device/open-device.ts';
import { tf } from '../../src/device/tensorflow.ts';
import type { SpanRows } from '../../src/strategies/across/spans.ts';
import { createStrategy } from '../../src/strategies/create-strategy.ts';
import { divergenceRows } from '../../src/strategies/losses/divergences.ts';
import { contextFor, modelOf, number, partsFor, strategyConfig, uniform } from './support.ts';

/** The rows that predict the tokens of a span, and those tokens. */
type Span = readonly [rows: readonly number[], tokens: readonly number[]];

interface Stored {
  readonly shape: [number, number];
  readonly data: number[];
}

/** One line of test/reference/across.golden.json, made by across.py. */
interface Case {
  readonly name: string;
  readonly strategy: Record<string, unknown>;
  readonly student: Stored;
  readonly teacher: Stored;
  readonly pairs: readonly (readonly [number, number])[];
  readonly spans: readonly (readonly [Span, Span])[];
  readonly total: number;
  readonly value: number;
  readonly gradient: Stored;
}

const cases: readonly Case[] = JSON.parse(
  readFileSync(new URL('../reference/across.golden.json', import.meta.url), 'utf8'),
);

/** As a batch has them: further tokens padded to the same number, and a span that only fills. */
function rowsOf(spans: readonly Span[]): SpanRows {
  const all = [...spans, [[0], [0]] as Span];
  const table = (which: 0 | 1) =>
    tf.tensor2d(
      all.map((span) => [1, 2, 3].map((at) => span[which][at] ?? 0)),
      undefined,
      'int32',
    );
  return {
    first: tf.tensor1d(
      all.map(([rows]) => rows[0]!),
      'int32',
    ),
    laterRows: table(0),
    laterTokens: table(1),
    laterWeights: tf.tensor2d(all.map(([rows]) => [1, 2, 3].map((at) => (at < rows.length ? 1 : 0)))),
  };
}

const student = modelOf({ architecture: 'mlp', hidden: [2] });

/** Value and gradient of the teacher's term, without that of the labels. */
async function computed(
  strategy: Record<string, unknown>,
  logits: Tensor2D,
  teacher: Tensor2D,
  { pairs, spans, total }: Pick<Case, 'pairs' | 'spans' | 'total'>,
): Promise<{ value: number; gradient: Float32Array }> {
  const made = createStrategy(strategyConfig({ kind: 'sequence', weight: 1, ...strategy }));
  assert.ok(made.needs({ student: [[1]], teacher: [[1]] }).across);
  const attached = made.attach(
    partsFor(student, {
      hiddenShapes: [[1]],
      classes: teacher.shape[1],
      pairs: {
        student: Int32Array.from(pairs, ([own]) => own),
        teacher: Int32Array.from(pairs, ([, other]) => other),
      },
    }),
  );
  const weights = tf.tensor1d([...spans.map(() => 1), 0]);
  const loss = (z: Tensor) =>
    attached.loss(
      contextFor(tf.reshape(z, [1, ...logits.shape]), [Array.from(logits.shape.slice(0, 1), () => 0)], {
        student: { logits: tf.reshape(z, [1, ...logits.shape]), hiddenStates: [] },
        teacher: {
          logits: tf.reshape(teacher, [1, ...teacher.shape]),
          spans: {
            student: rowsOf(spans.map(([own]) => own)),
            teacher: rowsOf(spans.map(([, other]) => other)),
            weights,
            total: tf.scalar(total),
          },
          hiddenStates: new Map(),
          pooled: new Map(),
        },
      }),
    ).divergence!.value;
  const { value, grad } = tf.valueAndGrad(loss)(logits);
  return { value: (await value.data())[0]!, gradient: (await grad.data()) as Float32Array };
}

const stored = ({ data, shape }: Stored) => tf.tensor2d(data, shape);

function assertClose(what: string, actual: ArrayLike<number>, expected: readonly number[]): void {
  const allowed = Math.max(1e-6, 1e-5 * Math.max(...expected.map(Math.abs)));
  assert.equal(actual.length, expected.length);
  for (const [at, value] of expected.entries())
    assert.ok(Math.abs(actual[at]! - value) <= allowed, `${what}[${at}] is ${actual[at]}, not ${value}`);
}

const open = { 'pure JavaScript': undefined, ONNX: () => openDevice('cpu', { threads: 1 }) };
for (const [backend, opened] of Object.entries(open))
  describe(`across tokenizers, losses and gradients equal PyTorch’s in ${backend}`, () => {
    let device: Awaited<ReturnType<typeof openDevice>> | undefined;
    before(async () => {
      if (opened) device = await opened();
      else await tf.setBackend('cpu');
    });
    after(() => device?.dispose());
    for (const given of cases)
      test(given.name, async () => {
        const { value, gradient } = await computed(
          given.strategy,
          stored(given.student),
          stored(given.teacher),
          given,
        );
        assertClose('value', [value], [given.value]);
        assertClose('gradient', gradient, given.gradient.data);
      });
  });

describe('limits are exact', () => {
  before(() => tf.setBackend('cpu'));
  const spans: Case['spans'] = [0, 1, 2].map((row) => [
    [[row], [1]],
    [[row], [1]],
  ]);
  const pairs = [0, 1, 2, 3, 4].map((id) => [id, id] as const);
  const [z, other] = [uniform([3, 5], 1) as Tensor2D, uniform([3, 5], 2) as Tensor2D];

  for (const divergence of ['forward-kl', 'reverse-kl', 'jsd', 'skew-kl', 'skew-reverse-kl'] as const)
    test(`with the same tokens gold is ${divergence}`, async () => {
      const config = { divergence, beta: 0.3, lambda: 0.1 };
      const { value, gradient } = await computed({ across: 'gold', ...config, temperature: 3 }, z, other, {
        pairs,
        spans,
        total: 3,
      });
      const plain = (x: Tensor) =>
        tf.mul(tf.mean(divergenceRows(config, other, x as Tensor2D, 3) as Tensor1D), 9);
      const expected = tf.valueAndGrad((x: Tensor) => plain(x) as tf.Scalar)(z);
      assertClose('value', [value], [number(expected.value)]);
      assertClose('gradient', gradient, [...expected.grad.dataSync()]);
    });

  test('equal probabilities under other names are no distance for uld, and gold is 0 for the same', async () => {
    const order = tf.tensor1d([3, 1, 0, 4, 2], 'int32');
    const renamed = tf.concat([tf.gather(z, order, 1), tf.fill([3, 2], -1e6)], 1) as Tensor2D;
    const { value, gradient } = await computed({ across: 'uld' }, z, renamed, { pairs: [], spans, total: 3 });
    assertClose('value', [value], [0]);
    assert.ok(Math.abs(value) < 1e-6 && gradient.every((slope) => Math.abs(slope) < 2));
    const same = [...order.dataSync()].map((id, place) => [id, place] as const);
    const gold = await computed({ across: 'gold' }, z, renamed, { pairs: same, spans, total: 3 });
    assertClose('value', [gold.value], [0]);
  });

  test('a teacher that forbids tokens, and one that is sure, leave numbers', async () => {
    const sure = tf.tensor2d([
      [50, -50, 0, 0, -50],
      [Number.NEGATIVE_INFINITY, 0, 0, 0, 0],
      [0, 0, 0, 0, 90],
    ]);
    for (const across of ['uld', 'gold'])
      for (const divergence of ['forward-kl', 'reverse-kl', 'jsd', 'skew-kl', 'skew-reverse-kl']) {
        const { value, gradient } = await computed({ across, divergence }, z, sure, {
          pairs: pairs.slice(0, 3),
          spans,
          total: 3,
        });
        assert.ok(Number.isFinite(value) && gradient.every(Number.isFinite), `${across} ${divergence}`);
      }
  });
});
