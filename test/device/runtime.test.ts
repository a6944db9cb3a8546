import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { encodeModel } from '../../src/device/onnx/graph/encode.ts';
import { graphOf } from '../../src/device/onnx/graph/graph.ts';
import { node } from '../../src/device/onnx/graph/record.ts';
import { Value, type ValueType } from '../../src/device/onnx/graph/value.ts';
import { StepSession } from '../../src/device/onnx/steps/step-session.ts';
import { type ElementType, newElements } from '../../src/device/runtime/element-types.ts';
import { library } from '../../src/device/runtime/library.ts';
import { libraryFile, libraryFolder } from '../../src/device/runtime/library-file.ts';
import { OrtSession } from '../../src/device/runtime/session.ts';
import { OrtTensor } from '../../src/device/runtime/tensor.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const floats = (...numbers: number[]) =>
  new OrtTensor('float32', Float32Array.from(numbers), [numbers.length]);

/** i0 + i1 and i0 · i1, of three numbers each. */
function sumAndProduct(type: ValueType = 'float32') {
  const [a, b] = [new Value([3], type), new Value([3], type)];
  return graphOf(['Add', 'Mul'].map((operator) => node(operator, [a, b], { shape: [3], type })));
}

const opened = () => OrtSession.create(encodeModel(sumAndProduct()), { intraOpNumThreads: 1 });

test('every platform that ONNX Runtime is built for has its library under the name that is looked for', () => {
  const platforms = join(libraryFolder('linux', 'x64'), '../..');
  for (const platform of readdirSync(platforms))
    for (const arch of readdirSync(join(platforms, platform))) {
      const file = libraryFile(platform as NodeJS.Platform, arch as NodeJS.Architecture);
      assert.ok(file && existsSync(file), `${platform}-${arch}: ${file}`);
    }
  assert.equal(libraryFile('aix', 'ppc64'), undefined);
});

test('a session gives what the package’s own JavaScript gives, all outputs or those asked for', async () => {
  const session = await opened();
  const feeds = { i0: [1.5, -2, 3e30], i1: [0.25, 7, 1e10] };
  const given = await session.run({ i0: floats(...feeds.i0), i1: floats(...feeds.i1) });
  const other = await InferenceSession.create(encodeModel(sumAndProduct()));
  const expected = await other.run({
    i0: new Tensor('float32', feeds.i0, [3]),
    i1: new Tensor('float32', feeds.i1, [3]),
  });
  assert.deepEqual(session.inputNames, ['i0', 'i1']);
  assert.deepEqual(session.outputNames, ['o0', 'o1']);
  for (const name of session.outputNames) {
    assert.deepEqual(given[name]!.data, expected[name]!.data);
    assert.deepEqual(given[name]!.dims, [3]);
  }
  const target = floats(0, 0, 0);
  const asked = await session.run({ i0: floats(1, 2, 3), i1: floats(4, 5, 6) }, { o1: target });
  assert.deepEqual(Object.keys(asked), ['o1']);
  assert.equal(asked.o1, target, 'written in place');
  assert.deepEqual(Array.from(target.data, Number), [4, 10, 18]);
  await session.release();
});

test('mistakes are told with what is wrong, and the session goes on', async () => {
  const session = await opened();
  const feeds = { i0: floats(1, 2, 3), i1: floats(4, 5, 6) };
  await assert.rejects(session.run({ i0: feeds.i0 }), /input 'i1' of the model is missing/);
  await assert.rejects(session.run(feeds, { o7: undefined }), /no output 'o7'/);
  await assert.rejects(session.run({ ...feeds, i1: floats(1, 2) }), /invalid dimensions for input: i1/);
  assert.throws(() => new OrtTensor('float32', new Float32Array(2), [3]), /needs 3 elements, not 2/);
  assert.deepEqual(Array.from((await session.run(feeds)).o0!.data, Number), [5, 7, 9]);
  await session.release();
  await session.release();
  await assert.rejects(session.run(feeds), /released/);
  await assert.rejects(OrtSession.create(new Uint8Array([1, 2, 3])), /protobuf/i);
  await assert.rejects(OrtSession.create('/nowhere/model.onnx'), /nowhere/);
  await assert.rejects(OrtSession.create(encodeModel(sumAndProduct()), { provider: 'cuda' }), /CUDA/i);
});

test('numbers of every type go in and come out as they are', async () => {
  for (const type of ['float32', 'int32', 'int64', 'bool'] as const)
    for (const size of [1, 100]) {
      const value = new Value([size], type);
      const graph = graphOf([node('Identity', [value], { shape: [size], type })]);
      const session = await OrtSession.create(encodeModel(graph), { intraOpNumThreads: 1 });
      const data = newElements(type as ElementType, size);
      data.forEach((_, at) => {
        data[at] = (
          type === 'int64' ? BigInt(at - 50) * 2n ** 33n : type === 'bool' ? at % 2 : at - 50
        ) as never;
      });
      const { o0 } = await session.run({ i0: new OrtTensor(type, data, [size]) });
      assert.deepEqual(o0!.data, data);
      assert.equal(o0!.type, type);
      assert.deepEqual(session.describeInput('i0'), { type, dims: [size] });
      await session.release();
    }
});

test('small arrays stay where the library looks for them, whatever is collected meanwhile', async () => {
  const session = await opened();
  const feeds = [floats(1, 2, 3), floats(4, 5, 6)];
  const targets = [floats(0, 0, 0), floats(0, 0, 0)];
  for (let run = 0; run < 200; run++) {
    if (run % 20 === 0) collectGarbage();
    // What nobody holds any longer is released in between.
    Array.from({ length: 50 }, () => floats(run).value);
    session.runInOrder(feeds, [0, 1], targets);
    assert.deepEqual(
      targets.map(({ data }) => Array.from(data, Number)),
      [
        [5, 7, 9],
        [4, 10, 18],
      ],
    );
    (feeds[0]!.data as Float32Array).set([1, 2, 3]);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await session.release();
});

test('a step writes into the memory it is given, and nothing fails on the way', async () => {
  const { functions } = library();
  const { GetErrorMessage } = functions;
  let failures = 0;
  functions.GetErrorMessage = (...given) => {
    failures++;
    return GetErrorMessage(...given);
  };
  try {
    const step = await StepSession.compile(sumAndProduct(), 1, { intraOpNumThreads: 1 });
    const kept = floats(0, 0, 0);
    const [read, written] = await step.run([floats(1, 2, 3), floats(4, 5, 6)], () => kept);
    assert.equal(written, kept);
    assert.deepEqual(Array.from(kept.data, Number), [4, 10, 18]);
    assert.deepEqual(Array.from(read!.data, Number), [5, 7, 9]);
    await step.release();
  } finally {
    functions.GetErrorMessage = GetErrorMessage;
  }
  assert.equal(failures, 0);
});
