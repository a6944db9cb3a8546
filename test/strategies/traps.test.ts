import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { UserError } from '../../src/base/user-error.ts';
import { tf } from '../../src/device/tensorflow.ts';
import { createStrategy } from '../../src/strategies/create-strategy.ts';
import { hiddenShapes } from '../../src/strategies/hidden-shapes.ts';
import { layerPairs } from '../../src/strategies/layer-pairs.ts';
import { distillationRows } from '../../src/strategies/losses/distillation-kl.ts';
import { divergenceRows } from '../../src/strategies/losses/divergences.ts';
import { keptDivergenceRows } from '../../src/strategies/losses/kept-divergences.ts';
import { normalizedDistanceRows } from '../../src/strategies/losses/normalized-distance.ts';
import { chunks, numbersAtOnce, relativeDistances } from '../../src/strategies/losses/pairwise-distances.ts';
import { angleLoss, distanceLoss } from '../../src/strategies/losses/relation.ts';
import { keptAnswers, topLogits } from '../../src/strategies/losses/top-logits.ts';
import type { TeacherSignals } from '../../src/strategies/strategy.ts';
import {
  contextFor,
  gradientsOf,
  modelOf,
  number,
  partsFor,
  strategyConfig,
  task,
  totalOf,
  uniform,
} from './support.ts';

before(() => tf.setBackend('cpu'));

const close = (actual: number, expected: number, relative = 1e-5) =>
  assert.ok(
    Math.abs(actual - expected) <= relative * Math.max(Math.abs(expected), 1e-3),
    `${actual}, not ${expected}`,
  );
const finite = (values: ArrayLike<number>) => assert.ok(Array.from(values).every(Number.isFinite));

/** Binary logits with these odds for the first class. */
const odds = (p: number) => tf.tensor2d([[Math.log(p), Math.log(1 - p)]]);

/** Attaches a strategy that needs no model, only logits. */
const attach = (config: Parameters<typeof strategyConfig>[0], classes = 3) =>
  createStrategy(strategyConfig(config)).attach({
    ...partsFor(modelOf({ architecture: 'mlp', hidden: [2] })),
    task: { classes },
    // Wide enough that keeping some of its answers takes fewer numbers than its last hidden state.
    teacher: { hiddenShapes: [[64]], classes },
  });

const teacherSays = (logits: Tensor2D | ReturnType<typeof uniform>) => ({
  logits,
  hiddenStates: new Map(),
  pooled: new Map(),
});

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

describe('layer k is hiddenStates[k]', () => {
  const vectors = (layers: number) => Array.from({ length: layers + 1 }, () => [4]);

  test('a spread map reaches the last layer of both, never the embedding, and never goes back', () => {
    for (let student = 1; student <= 12; student++)
      for (let teacher = 1; teacher <= 24; teacher++) {
        const pairs = layerPairs(undefined, vectors(student), vectors(teacher));
        assert.deepEqual(
          pairs.map((pair) => pair.student),
          Array.from({ length: student }, (_, index) => index + 1),
        );
        assert.equal(pairs.at(-1)!.teacher, teacher);
        assert.ok(pairs.every((pair) => pair.teacher >= 1));
        assert.ok(pairs.every((pair, index) => index === 0 || pair.teacher >= pairs[index - 1]!.teacher));
      }
  });

  test('six layers learn from every second of twelve', () => {
    const pairs = layerPairs(undefined, vectors(6), vectors(12));
    assert.deepEqual(
      pairs.map((pair) => pair.teacher),
      [2, 4, 6, 8, 10, 12],
    );
  });

  test('sequences of other lengths, as patches of other sizes make them, are refused before any training', () => {
    const patches = (count: number) => [
      [count, 8],
      [count, 8],
    ];
    assert.throws(() => layerPairs(undefined, patches(50), patches(17)), {
      name: 'UserError',
      message: /Layer 1 of the student gives 50 vectors for a sample, layer 1 of the teacher 17/,
    });
    assert.equal(layerPairs(undefined, patches(17), patches(17)).length, 1);
  });

  test('a given layer reads the state of that number', () => {
    const strategy = createStrategy(
      strategyConfig({
        kind: 'combined',
        labelWeight: 0,
        terms: [{ kind: 'cosine', layers: [{ student: 1, teacher: 2 }] }],
      }),
    );
    assert.deepEqual(strategy.needs({ student: vectors(2), teacher: vectors(3) }).hiddenStates, [2]);
    const student = modelOf({ architecture: 'mlp', hidden: [4, 4] });
    const attached = strategy.attach(partsFor(student, { hiddenShapes: vectors(3), classes: 3 }));
    const states = [15, 16, 17].map((seed) => uniform([2, 4], seed));
    const { cosine } = attached.loss(
      contextFor(uniform([2, 3], 18), [0, 1], {
        student: { logits: uniform([2, 3], 18), hiddenStates: states },
        teacher: { hiddenStates: new Map([[2, states[1]!]]), pooled: new Map() },
      }),
    );
    assert.ok(Math.abs(number(cosine!.value)) < 1e-6);
  });
});

describe('exit heads need a pooled vector', () => {
  for (const config of [
    { architecture: 'cnn', channels: [3, 5, 4], normalization: 'layer' },
    { architecture: 'cnn', channels: [3, 5], dense: 6, pooling: 'average', normalization: 'none' },
    { architecture: 'mlp', hidden: [7, 6, 5, 4], normalization: 'layer' },
  ])
    test(`${config.architecture}: an exit is a smaller model that gives the same answers`, () => {
      const student = modelOf(config);
      const parts = partsFor(student);
      const strategy = createStrategy(strategyConfig({ kind: 'self', exits: 2 })).attach(parts);
      const pixels = uniform([4, 8, 8, 1], 19);
      const forward = student.forward({ pixels }, { training: false });
      const terms = strategy.loss(contextFor(forward.logits, [0, 1, 2, 0], { student: forward }));
      const [exit] = strategy.candidates!();
      assert.ok(exit);
      const smaller = exit.model.forward({ pixels }, { training: false }).logits;
      assert.deepEqual(smaller.shape, [4, task.classes]);
      const alone = attach({ kind: 'direct' }).loss(contextFor(smaller, [0, 1, 2, 0]));
      close(number(terms[`${exit.name}.labels`]!.value), number(alone.labels!.value));
      assert.ok(exit.model.layerCount < student.layerCount);
    });
});

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

describe('projectors, exit heads and peers are trained with the student and not part of it', () => {
  const student = () => modelOf({ architecture: 'mlp', hidden: [6, 5, 4], normalization: 'batch' });
  const teacherShapes = [[64], [8], [9], [10]];

  for (const config of [
    { kind: 'feature' },
    { kind: 'self' },
    { kind: 'online', peers: 3, peerModels: [{ architecture: 'cnn', channels: [2] }] },
    { kind: 'combined', terms: [{ kind: 'feature' }, { kind: 'cosine' }, { kind: 'relation' }] },
  ] as const)
    test(config.kind, () => {
      const model = student();
      const own = [...model.parameters.keys()];
      const parts = partsFor(model, { hiddenShapes: teacherShapes, classes: 3 });
      const strategy = createStrategy(strategyConfig(config)).attach(parts);
      assert.ok(strategy.parameters.size > 0);
      assert.ok(parts.asked.every((name) => strategy.parameters.has(name)));
      assert.deepEqual([...model.parameters.keys()], own);
      const pixels = uniform([4, 8, 8, 1], 25);
      const all = new Map([...strategy.parameters]);
      const gradients = gradientsOf(() => {
        const context = contextFor(uniform([4, 3], 26), [0, 1, 2, 0]);
        const states = (layer: number) => uniform([4, ...teacherShapes[layer]!], 30 + layer);
        return totalOf(
          strategy.loss({
            ...context,
            batch: { ...context.batch, input: { pixels } },
            student: model.forward({ pixels }, { training: true }),
            teacher: {
              hiddenStates: new Map([1, 2, 3].map((layer) => [layer, states(layer)])),
              pooled: new Map([[3, states(3)]]),
            },
          }),
        );
      }, all);
      for (const [name, gradient] of gradients) assert.ok(gradient, `${name} gets no gradient`);
      if (config.kind === 'online') {
        assert.ok([...strategy.buffers.keys()].some((name) => name.startsWith('peer-2.')));
        assert.deepEqual(
          strategy.candidates!().map(({ name, model: peer }) => [name, peer.config.architecture]),
          [
            ['peer-2', 'cnn'],
            ['peer-3', 'mlp'],
          ],
        );
      }
      const before = tf.memory().numTensors;
      strategy.dispose();
      assert.ok(tf.memory().numTensors < before);
    });
});

describe('relations', () => {
  const weights = (count: number) => tf.ones([count]) as Tensor1D;

  test('samples at distance zero have finite gradients', () => {
    const x = tf.variable(
      tf.tensor2d([
        [1, 2],
        [1, 2],
        [3, 1],
      ]),
    );
    const teacher = tf.tensor2d([
      [0, 1],
      [2, 2],
      [2, 2],
    ]);
    const input = x as unknown as Tensor2D;
    const loss = () =>
      tf.add<Scalar>(distanceLoss(input, teacher, weights(3)), angleLoss(input, teacher, weights(3)));
    finite(gradientsOf(loss, new Map([['x', x]])).get('x')!);
  });

  test('the diagonal is exactly zero', () => {
    const x = tf.add(uniform([5, 3], 27), 1000) as Tensor2D;
    const distances = relativeDistances(x, tf.ones([5, 5])).arraySync();
    distances.forEach((row, index) => {
      assert.equal(row[index], 0);
    });
  });

  test('a batch of one has no pairs, and its loss is 0', () => {
    const [x, t] = [uniform([1, 3], 28) as Tensor2D, uniform([1, 4], 29) as Tensor2D];
    assert.equal(number(distanceLoss(x, t, weights(1))), 0);
    assert.equal(number(angleLoss(x, t, weights(1))), 0);
  });

  test('angles are made in chunks that bound memory and change nothing', () => {
    const x = tf.variable(uniform([7, 3], 31));
    const t = uniform([7, 4], 32) as Tensor2D;
    const run = (most: number) => {
      const loss = () => angleLoss(x as unknown as Tensor2D, t, weights(7), most);
      return [number(loss()), ...gradientsOf(loss, new Map([['x', x]])).get('x')!];
    };
    const whole = run(numbersAtOnce);
    for (const most of [1, 60, 200])
      run(most).forEach((value, index) => {
        close(value, whole[index]!, 2e-5);
      });
    const pairs = tf.ones([7, 7]) as Tensor2D;
    const distances = relativeDistances(t, pairs).dataSync();
    relativeDistances(t, pairs, 30)
      .dataSync()
      .forEach((value, index) => {
        close(value, distances[index]!);
      });
  });

  test('chunks cover every sample once, hold what they may and stay few', () => {
    for (const [batch, width] of [
      [1, 5],
      [32, 768],
      [256, 768],
      [1024, 64],
    ] as const) {
      const all = chunks(batch, batch * Math.max(batch, width));
      let next = 0;
      for (const { start, size } of all) {
        assert.equal(start, next);
        next += size;
      }
      assert.equal(next, batch);
      assert.ok(all.length <= 16);
      const held = all[0]!.size * batch * Math.max(batch, width);
      assert.ok(held <= numbersAtOnce || all.length > 15 || batch === 1);
    }
  });
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
