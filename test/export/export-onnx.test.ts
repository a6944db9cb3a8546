import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { UserError } from '../../src/base/user-error.ts';
import { type Precision, precisions } from '../../src/export/forms.ts';
import { checkGraph } from '../../src/export/onnx/check-graph.ts';
import { writeOnnx } from '../../src/export/onnx/export-onnx.ts';
import { change, cpu, tinyModel } from '../compression/models.ts';
import { temporaryDirectory } from '../training/support.ts';
import { batchOf } from './batches.ts';

const device = await cpu();
const folder = temporaryDirectory();

/** One of each kind of weights: of convolutions and their normalization, of encoders, of decoders with a tied table. */
const kinds = ['resnetExit', 'bert', 'gpt2'];

for (const architecture of kinds)
  for (const precision of Object.keys(precisions) as Precision[])
    test(`${architecture}, ${precision}: the file answers as the model with its weights so stored`, async () => {
      const model = await tinyModel(architecture);
      const file = join(folder, `${architecture}-${precision}.onnx`);
      const written = await writeOnnx(device, model, precision, file);
      const longest = model.task.text?.length ?? 1;
      const batches = [batchOf(model, 4, longest), batchOf(model, 3, Math.max(1, longest - 2))];
      const check = await checkGraph({ device, model, precision, file, written, batches });
      assert.equal(check.samples, 7);
      assert.ok(check.agreement > (precision === 'int4' ? 0.3 : 0.9), `${check.agreement}`);
      if (precision === 'fp32') assert.ok(check.largestDifference < 1e-4, `${check.largestDifference}`);
      else assert.ok(check.largestDifference > 1e-7, 'nothing was rounded');
      assert.ok(check.latencyMs > 0);
    });

test('a graph over rounded weights is held against the rounded model, so that a wrong scale is found', async () => {
  const model = await tinyModel('bert');
  const file = join(folder, 'unrounded.onnx');
  const { quantized } = await writeOnnx(device, model, 'int4', join(folder, 'int4.onnx'));
  const { bytes } = await writeOnnx(device, model, 'fp32', file);
  // The float file is far nearer to the trained model, and still not what int4 explains.
  const options = { device, model, file, written: { bytes, quantized }, batches: [batchOf(model, 4, 5)] };
  await assert.rejects(checkGraph({ ...options, precision: 'int4' }), /answers differently/);
});

test('inputs and outputs have the names by which transformers.js and Optimum know them', async () => {
  const names = async (architecture: string) => {
    const file = join(folder, `${architecture}.onnx`);
    await writeOnnx(device, await tinyModel(architecture), 'fp32', file);
    const { inputNames, outputNames } = await InferenceSession.create(file);
    return [[...inputNames].sort(), [...outputNames].sort()];
  };
  assert.deepEqual(await names('resnet'), [['pixel_values'], ['logits']]);
  assert.deepEqual(await names('bert'), [['attention_mask', 'input_ids'], ['logits']]);
  const memory = (kind: string) =>
    [0, 1].flatMap((layer) => [`${kind}.${layer}.key`, `${kind}.${layer}.value`]);
  assert.deepEqual(await names('gpt2'), [
    ['attention_mask', 'input_ids', ...memory('past_key_values'), 'position_ids'].sort(),
    ['logits', ...memory('present')],
  ]);
});

test('a file that answers otherwise is refused', async () => {
  const model = await tinyModel('bert');
  const file = join(folder, 'other.onnx');
  const written = await writeOnnx(device, model, 'fp32', file);
  await change(model.parameters.get('classifier.weight')!, (value) => 1.1 * value);
  await assert.rejects(
    checkGraph({ device, model, precision: 'fp32', file, written, batches: [batchOf(model, 2, 3)] }),
    (error) => error instanceof UserError && /answers differently/.test(error.message),
  );
});

test('a text that lost its last token by being cut is answered as one that was cut before it', async () => {
  const model = await tinyModel('bert');
  const { length } = model.task.text!;
  const file = join(folder, 'closing.onnx');
  await writeOnnx(device, model, 'fp32', file, { suffix: [8, 9], length });
  const session = await InferenceSession.create(file);
  const answer = async (ids: readonly number[]) => {
    const whole = (values: readonly number[]) => new Tensor('int64', values, [1, values.length]);
    const { logits } = await session.run({ input_ids: whole(ids), attention_mask: whole(ids.map(() => 1)) });
    return [...(logits!.data as Float32Array)];
  };
  const text = [2, 11, 12, 13, 14, 15].slice(0, length - 2);
  const closed = await answer([...text, 8, 9]);
  assert.deepEqual(await answer([...text, 16, 17]), closed);
  assert.notDeepEqual(await answer([...text, 8]), await answer([...text, 9]), 'a shorter text is left alone');
});
