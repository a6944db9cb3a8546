import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { z } from 'zod';
import { forwardStep } from '../../../src/compression/forward-step.ts';
import { serverSchema } from '../../../src/experiment/schema/server-schema.ts';
import { exportGguf } from '../../../src/export/gguf/export-gguf.ts';
import { planGguf } from '../../../src/export/gguf/plan.ts';
import { loadModel } from '../../../src/models/checkpoint/checkpoint.ts';
import { storedTensors } from '../../../src/models/checkpoint/store-weights.ts';
import { exchange } from '../../../src/models/server/exchange.ts';
import { cpu } from '../../compression/models.ts';
import { bytes, length } from '../../export/gguf/models.ts';
import { startLlamaServer, withoutLlamaServer } from '../../machine/llama-server.ts';
import { makeRun, ofType, resultOf, temporaryDirectory } from '../../worker/support.ts';

const options = { skip: withoutLlamaServer };
const device = await cpu();
const project = temporaryDirectory();

const lines = Array.from({ length: 60 }, (_, n) => `whale ${100 + n} swam on and on, all night.\n`);
const dataset = {
  kind: 'language-model' as const,
  train: 'train.txt',
  tokenizer: { kind: 'bytes' as const },
  length: 32,
};

/** A model of ours behind llama.cpp’s own server: one that has learned to write letters, for others it does not pass on. */
async function served() {
  writeFileSync(join(project, 'train.txt'), lines.join(''));
  const run = await makeRun(project, 'teacher', {
    name: 'teacher',
    // Room for what a template puts around a message.
    dataset: { ...dataset, length: 256 },
    teacher: undefined,
    student: {
      model: {
        architecture: 'llama',
        hiddenSize: 64,
        layers: 1,
        heads: 2,
        keyValueHeads: 1,
        intermediateSize: 64,
      },
    },
    strategy: { kind: 'direct' },
    training: { epochs: 40, batchSize: 2, learningRate: 0.01 },
  });
  await resultOf(run);
  const model = await loadModel(run.studentDirectory);
  const file = join(project, 'model.gguf');
  await exportGguf(await planGguf(model, run.studentDirectory), await storedTensors(model), 'fp32', file);
  const server = await startLlamaServer(file, 'ours');
  after(() => server.end());
  return { model, url: server.url };
}
const behind = withoutLlamaServer ? undefined : await served();

test('a server of llama.cpp tells the probabilities that the model has', options, async () => {
  const { model, url } = behind!;
  const prompt = 'whale 123 swam';
  const server = serverSchema.parse({ url, model: 'ours', interface: 'completions' });
  const body = { model: 'ours', prompt, max_tokens: 1, temperature: 0, logprobs: 20 };
  const answer = z
    .object({
      model: z.literal('ours'),
      choices: z.array(
        z.object({
          logprobs: z.object({
            content: z.array(
              z.object({
                top_logprobs: z.array(z.object({ id: z.int(), logprob: z.number() })),
              }),
            ),
          }),
        }),
      ),
    })
    .parse(await exchange('completions', body, { server, key: undefined, signal: undefined }));
  const told = answer.choices[0]!.logprobs.content[0]!.top_logprobs;
  assert.equal(told.length, 20);

  const step = device.compile(forwardStep(model));
  const ids = [...bytes.encode(prompt)];
  const shape = [1, length];
  const { logits } = await step.run({
    ids: { data: Int32Array.from({ length }, (_, at) => ids[at] ?? 0), shape, dtype: 'int32' },
    mask: {
      data: Float32Array.from({ length }, (_, at) => Number(at < ids.length)),
      shape,
      dtype: 'float32',
    },
  });
  step.dispose();
  const { classes } = model.task;
  const last = [...(logits as Float32Array).subarray((ids.length - 1) * classes, ids.length * classes)];
  const most = Math.max(...last);
  const sum = Math.log(last.reduce((before, value) => before + Math.exp(value - most), 0)) + most;
  for (const { id, logprob } of told.slice(0, 10))
    assert.ok(Math.abs(last[id]! - sum - logprob) < 0.02, `${id}: ${last[id]! - sum} here, ${logprob} there`);
});

test('a student learns from what a server of llama.cpp writes', options, async () => {
  for (const way of ['completions', 'chat'] as const) {
    const run = await makeRun(project, way, {
      name: 'served',
      dataset,
      teacher: { server: { url: behind!.url, model: 'ours', interface: way, instruction: '{text}' } },
      student: { model: { architecture: 'gpt2', hiddenSize: 8, layers: 1, heads: 2, intermediateSize: 8 } },
      strategy: { kind: 'generated', promptLength: 12, samples: 6, temperature: 0 },
      training: { epochs: 1, batchSize: 4 },
    });
    await run.create({ ...run.readRequest(), serverRequests: 6 });
    const { result, events } = await resultOf(run);
    assert.ok(result.student.perplexity! > 1);
    const told = ofType(events, 'warning').map(({ message }) => message);
    assert.ok(
      told.some((message) => /^ours on .* taught by 6 requests/.test(message)),
      told.join('\n'),
    );
  }
});
