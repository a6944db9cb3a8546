import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ExperimentInput } from '../../src/experiment/schema/schema.ts';
import { readSafetensors } from '../../src/models/checkpoint/safetensors.ts';
import type { RunEvent } from '../../src/worker/directory/events.ts';
import type { RunDirectory } from '../../src/worker/directory/run-directory.ts';
import { eventsOf, makeRun, resultOf, runToEnd, temporaryDirectory } from './support.ts';

const project = temporaryDirectory();

const original: Partial<ExperimentInput> = {
  teacher: {
    model: { architecture: 'cnn', channels: [8], dense: 24 },
    training: { epochs: 2, batchSize: 32, learningRate: 0.01 },
  },
  student: undefined,
};
const oneEpoch = { epochs: 1, batchSize: 32, learningRate: 0.001 };

const warningsOf = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.type === 'warning' ? event.message : []));

const idOf = (number: number) => `20261124-07031${number}-few-quantize-s0-abcd`;

for (const [number, scheme] of (['int8', 'int8-weights', 'int4-weights'] as const).entries())
  test(`what ${scheme} made is teacher, student and source of further runs`, async () => {
    const id = idOf(number);
    const made = await makeRun(project, id, { ...original, strategy: { kind: 'quantize', scheme } });
    const { result: quantized } = await resultOf(made);
    const folder = made.studentDirectory;
    const told = `The weights in ${folder} are stored as whole numbers (${scheme}).`;

    const learning = await makeRun(project, `learning-${scheme}`, {
      teacher: { checkpoint: folder },
      student: { checkpoint: folder },
      training: oneEpoch,
    });
    const { result, events } = await resultOf(learning);
    assert.equal(warningsOf(events).filter((message) => message.startsWith(told)).length, 2);
    assert.equal(result.teacher!.bytes, quantized.student.bytes, 'bytes are those on disk');
    const close = scheme === 'int8' ? 0.05 : 1e-9;
    assert.ok(Math.abs(result.teacher!.accuracy! - quantized.student.accuracy!) <= close);
    const { tensors } = await readSafetensors(join(learning.studentDirectory, 'model.safetensors'));
    assert.equal(tensors.get('dense.weight')!.dtype, 'F32');

    const pruning = await makeRun(project, `pruning-${scheme}`, {
      ...original,
      teacher: undefined,
      strategy: { kind: 'prune', of: id },
      training: oneEpoch,
    });
    const pruned = await resultOf(pruning);
    assert.ok(warningsOf(pruned.events).some((message) => message.startsWith(told)));
    assert.ok(pruned.result.student.parameters < 0.6 * pruned.result.teacher!.parameters);

    const again = await makeRun(project, `again-${scheme}`, {
      ...original,
      teacher: undefined,
      strategy: { kind: 'quantize', of: id, scheme: 'int4-weights' },
    });
    const { code } = await runToEnd(again);
    assert.equal(code, 2);
    const failed = (await eventsOf(again)).find((event) => event.type === 'failed');
    assert.ok(failed?.type === 'failed' && failed.userError);
    assert.match(failed.message, new RegExp(`quantized already, by the scheme "${scheme}"`));
    assert.match(failed.remedy!, /the model it was made from/);
  });

const strategy = { kind: 'prune', method: 'magnitude', sparsity: 0.8 } as const;

test('weights pruned by magnitude lie in the file without their zeros, and load with them', async () => {
  const id = '20261124-070320-few-prune-s0-abcd';
  const made = await makeRun(project, id, { ...original, strategy, training: oneEpoch });
  const { result, events } = await resultOf(made);
  const { tensors } = await readSafetensors(join(made.studentDirectory, 'sparse.safetensors'));
  const marked = (bitmap: Uint8Array) =>
    bitmap.reduce((sum, byte) => sum + [...byte.toString(2)].filter((bit) => bit === '1').length, 0);
  const config = JSON.parse(readFileSync(join(made.studentDirectory, 'config.json'), 'utf8'));
  let [left, all] = [0, 0];
  for (const { name, shape } of config.sparsity.weights as { name: string; shape: number[] }[]) {
    const values = tensors.get(`${name}.values`)!.data.length;
    assert.equal(marked(tensors.get(`${name}.bitmap`)!.data as Uint8Array), values);
    left += values;
    all += shape.reduce((product, length) => product * length, 1);
  }
  // The small kernel may have lost too little for its zeros to be left out.
  assert.ok(all >= 5000, `${all} weights`);
  assert.ok(left / all < 0.25);
  assert.ok(result.teacher!.bytes / result.student.bytes > 3.5, `${result.student.bytes} bytes`);
  assert.ok(
    warningsOf(events).some((message) => /80\.0 % are zero\. The file leaves them out/.test(message)),
  );

  const quantizing = await makeRun(project, 'quantizing-sparse', {
    ...original,
    teacher: undefined,
    strategy: { kind: 'quantize', of: id, scheme: 'int8-weights' },
  });
  const next = await resultOf(quantizing);
  assert.equal(next.result.teacher!.accuracy, result.student.accuracy);
  assert.equal(next.result.teacher!.bytes, result.student.bytes);
  assert.deepEqual(warningsOf(next.events), []);
});

test('weights pruned by magnitude are zero in a dense file, which is no smaller', async () => {
  const directory: RunDirectory = await makeRun(project, 'dense', {
    ...original,
    strategy: { ...strategy, storage: 'dense' },
    training: oneEpoch,
  });
  const { result, events } = await resultOf(directory);
  const { tensors } = await readSafetensors(join(directory.studentDirectory, 'model.safetensors'));
  const weights = [...tensors.values()].filter(({ shape }) => shape.length > 1);
  const zeros = weights.reduce(
    (sum, { data }) => sum + [...(data as Float32Array)].filter((value) => value === 0).length,
    0,
  );
  const count = weights.reduce((sum, { data }) => sum + data.length, 0);
  assert.equal(zeros, Math.floor(0.8 * count));
  assert.equal(result.compression!.sparsity, zeros / count);
  assert.equal(result.student.bytes, result.teacher!.bytes);
  assert.ok(warningsOf(events).some((message) => /80\.0 % are zero\. They take as many bytes/.test(message)));
});
