import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { UserError } from '../../src/base/user-error.ts';
import { forwardOf, modelGraph, proceedingOf } from '../../src/export/onnx/model-graph.ts';
import type { Model } from '../../src/models/model.ts';
import { architectures, cpu, logitsOf, relativeError, tinyModel } from '../compression/models.ts';
import { samples } from '../models/samples.ts';
import { batchOf } from './batches.ts';

const device = await cpu();

for (const architecture of architectures)
  test(`${architecture}: one graph answers batches and lengths of any size as the model does`, async () => {
    const model = await tinyModel(architecture);
    const { graph, inputs: names, outputs } = await modelGraph(device, model, forwardOf(model));
    const session = await InferenceSession.create(graph.encode());
    const { task } = model;
    const longest = task.text?.length ?? 1;
    for (const [batch, length] of [
      [1, 1],
      [1, longest],
      [7, Math.max(1, longest - 3)],
      [4, Math.min(2, longest)],
    ] as const) {
      const given = batchOf(model, batch, length);
      const feeds = Object.fromEntries(
        [...names].map(([name, own]) => {
          const { data, shape, dtype } = given[own]!;
          return [name, new Tensor(dtype as 'float32', data as Float32Array, shape)];
        }),
      );
      const answers = await session.run(feeds);
      const expected = await logitsOf(device, model, given);
      const error = relativeError(answers[outputs.get('logits')!]!.data as Float32Array, expected);
      assert.ok(error < 1e-5, `batch ${batch}, length ${length}: ${error}`);
    }
    await session.release();
  });

for (const architecture of [...samples].flatMap(([name, { task }]) =>
  task.text?.goal === 'language-model' ? [name] : [],
))
  test(`${architecture}: read in pieces, a text is answered as in one`, async () => {
    const model = await tinyModel(architecture);
    const { graph, inputs: names, outputs } = await modelGraph(device, model, proceedingOf(model));
    const session = await InferenceSession.create(graph.encode());
    const { heads, headSize, layers } = model.memory!;
    const { length: longest, vocabulary } = model.task.text!;
    const batch = 3;
    const { ids, mask } = batchOf(model, batch, longest);
    mask!.data.fill(1);
    const expected = await logitsOf(device, model, { ids: ids!, mask: mask! });
    for (const pieces of [[longest], [1, longest - 1], [longest - 2, 1, 1]]) {
      let past: Record<string, Tensor> = {};
      for (let layer = 0; layer < layers; layer++)
        for (const part of ['keys', 'values'])
          past[`past.${layer}.${part}`] = new Tensor('float32', [], [batch, heads, 0, headSize]);
      let read = 0;
      for (const count of pieces) {
        const piece = (at: number) => read + (at % count);
        const row = (at: number) => Math.floor(at / count);
        const size = { length: batch * count };
        const total = read + count;
        const given: Record<string, Tensor> = {
          ids: new Tensor(
            'int32',
            Int32Array.from(size, (_, at) => ids!.data[row(at) * longest + piece(at)]!),
            [batch, count],
          ),
          positions: new Tensor(
            'int32',
            Int32Array.from(size, (_, at) => piece(at)),
            [batch, count],
          ),
          mask: new Tensor('float32', new Float32Array(batch * total).fill(1), [batch, total]),
          ...past,
        };
        const answers = await session.run(
          Object.fromEntries([...names].map(([name, own]) => [name, given[own]!])),
        );
        const logits = answers[outputs.get('logits')!]!.data as Float32Array;
        const wanted = Float32Array.from({ length: batch * count * vocabulary }, (_, at) => {
          const place = Math.floor(at / vocabulary);
          return expected[(row(place) * longest + piece(place)) * vocabulary + (at % vocabulary)]!;
        });
        const error = relativeError(logits, wanted);
        assert.ok(error < 1e-5, `${pieces}, after ${read}: ${error}`);
        past = Object.fromEntries(
          Object.keys(past).map((name) => [
            name,
            answers[outputs.get(name.replace('past', 'present'))!] as Tensor,
          ]),
        );
        read = total;
      }
    }
    await session.release();
  });

test('a model with too few positions to tell lengths apart is refused by what it lacks', async () => {
  const model = await tinyModel('gpt2');
  const short = { ...model, config: { ...model.config, positions: 3 } } as Model;
  for (const open of [forwardOf, proceedingOf])
    assert.throws(
      () => open(short),
      (error) => error instanceof UserError && /at most 3 tokens.*exported as ONNX/.test(error.message),
    );
});
