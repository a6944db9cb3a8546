import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { encodeModel, inputName, outputName } from '../../src/device/onnx/graph/encode.ts';
import { graphOf } from '../../src/device/onnx/graph/graph.ts';
import { reduce } from '../../src/device/onnx/graph/reduce.ts';
import { Value } from '../../src/device/onnx/graph/value.ts';

interface Case {
  readonly shape: readonly number[];
  readonly axes: readonly number[];
  readonly stages: number;
}

const cases: readonly Case[] = [
  { shape: [64, 14, 14, 8], axes: [0, 1, 2], stages: 2 },
  { shape: [64, 14, 14, 8], axes: [2, 0, 1], stages: 2 },
  { shape: [64, 14, 14, 8], axes: [0, 1], stages: 2 },
  { shape: [2048, 24], axes: [0], stages: 2 },
  { shape: [3, 2048, 24], axes: [0, 1], stages: 2 },
  // Too small, without a divisor, columns, everything.
  { shape: [64, 8], axes: [0], stages: 1 },
  { shape: [2053, 24], axes: [0], stages: 1 },
  { shape: [2048, 24], axes: [1], stages: 1 },
  { shape: [2048, 24], axes: [0, 1], stages: 1 },
];

const operators = {
  ReduceSum: (numbers: number[]) => numbers.reduce((a, b) => a + b, 0),
  ReduceMean: (numbers: number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length,
  ReduceMax: (numbers: number[]) => Math.max(...numbers),
  ReduceMin: (numbers: number[]) => Math.min(...numbers),
};

/** The same by hand: numbers are gathered by their place along the axes that stay. */
function byHand(data: Float32Array, { shape, axes }: Case, combine: (numbers: number[]) => number): number[] {
  const groups = new Map<string, number[]>();
  const place = shape.map(() => 0);
  for (const number of data) {
    const key = place.filter((_, axis) => !axes.includes(axis)).join();
    const group = groups.get(key) ?? [];
    group.push(number);
    groups.set(key, group);
    for (let axis = shape.length - 1; axis >= 0 && ++place[axis]! === shape[axis]; axis--) place[axis] = 0;
  }
  return [...groups.values()].map(combine);
}

for (const example of cases)
  test(`[${example.shape}] over axes ${example.axes} is reduced in ${example.stages} stages, to the right numbers`, async () => {
    const { shape, axes, stages } = example;
    for (const [operator, combine] of Object.entries(operators))
      for (const keep of [false, true]) {
        const x = new Value([...shape], 'float32');
        const result = reduce(operator, x, axes, keep);
        const kept = shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
        assert.deepEqual(
          result.shape,
          keep ? kept : kept.filter((_, axis) => !axes.includes(axis)),
          `${operator} ${keep}`,
        );
        const graph = graphOf([result]);
        const reductions = graph.nodes.filter((node) => node.operator.startsWith('Reduce'));
        assert.equal(reductions.length, stages);
        const data = Float32Array.from({ length: x.size }, (_, at) => Math.sin(at * 0.37));
        const session = await InferenceSession.create(encodeModel(graph), { intraOpNumThreads: 2 });
        const answer = await session.run({ [inputName(0)]: new Tensor('float32', data, shape) });
        await session.release();
        const numbers = Array.from(answer[outputName(0)]!.data as Float32Array);
        const expected = byHand(data, example, combine);
        assert.equal(numbers.length, expected.length);
        numbers.forEach((number, index) => {
          assert.ok(
            Math.abs(number - expected[index]!) < 1e-3,
            `${operator}: ${number}, not ${expected[index]}`,
          );
        });
      }
  });
