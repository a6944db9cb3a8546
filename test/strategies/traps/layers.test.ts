import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../../../src/device/tensorflow.ts';
import { createStrategy } from '../../../src/strategies/create-strategy.ts';
import { layerPairs } from '../../../src/strategies/layer-pairs.ts';
import {
  chunks,
  numbersAtOnce,
  relativeDistances,
} from '../../../src/strategies/losses/pairwise-distances.ts';
import { angleLoss, distanceLoss } from '../../../src/strategies/losses/relation.ts';
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
} from '../support.ts';
import { attach, close, finite } from './cases.ts';

before(() => tf.setBackend('cpu'));

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
        const teachers = pairs.map((pair) => Number(pair.teacher));
        assert.ok(teachers.every((layer) => layer >= 1));
        assert.ok(teachers.every((layer, index) => index === 0 || layer >= teachers[index - 1]!));
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
