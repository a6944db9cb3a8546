import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { pruneUnits } from '../../../src/compression/structured/prune-units.ts';
import { tf } from '../../../src/device/tensorflow.ts';
import { bucketOf } from '../../../src/models/architectures/bert/relative-bias.ts';
import { loadModel, saveModel } from '../../../src/models/checkpoint/checkpoint.ts';
import { readHuggingFaceConfig } from '../../../src/models/huggingface/config.ts';
import { temporaryDirectory } from '../../data/idx-files.ts';
import { assertClose, usePlainBackend } from '../backend.ts';
import { checkpointFolder, readReference, referenceInput, valuesOf } from '../reference-checkpoint.ts';

before(usePlainBackend);

test('distances fall into the buckets of transformers, in either direction', () => {
  // From which distance on each bucket is taken by MPNetEncoder.relative_position_bucket of transformers 5.24, in PyTorch.
  const begins = [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 23, 32, 46, 64, 91];
  for (let away = 0; away <= 600; away++) {
    const bucket = begins.findLastIndex((begin) => begin <= away);
    assert.equal(bucketOf(-away), bucket, `${away} before`);
    if (away > 0) assert.equal(bucketOf(away), 16 + bucket, `${away} behind`);
  }
});

test('another number of buckets is refused, and positions are counted from the one behind padding', () => {
  const raw = {
    model_type: 'mpnet',
    vocab_size: 40,
    hidden_size: 16,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    intermediate_size: 8,
    max_position_embeddings: 514,
  };
  const read = (changes: object) => readHuggingFaceConfig({ ...raw, ...changes }, 'config.json');
  assert.throws(() => read({ relative_attention_num_buckets: 16 }), {
    name: 'UserError',
    message: /relative_attention_num_buckets 16/,
  });
  for (const pad_token_id of [undefined, 1, 0]) {
    const { text } = read({ pad_token_id }).task;
    assert.deepEqual([text!.length, text!.padId], [512, pad_token_id ?? 1]);
  }
});

/** Of four heads, by layers: each layer for itself would keep others than both together, which keep 1 and 3. */
const strengths = [
  [5, 4, 1, 2],
  [0, 3, 1, 4],
];
const kept = [1, 3];
const size = 4;

test('pruning takes the same heads from all layers, and from the bias that they share', async (context) => {
  const model = await loadModel(checkpointFolder('mpnet'));
  const change = (name: string, make: (value: number, at: number) => number) => {
    const variable = model.parameters.get(name)!;
    variable.assign(tf.tensor(valuesOf(variable).map(make), variable.shape));
  };
  for (const [layer, heads] of strengths.entries()) {
    const name = (part: string) => `mpnet.encoder.layer.${layer}.${part}`;
    for (const part of ['q', 'k', 'v'])
      for (const [kind, width] of [
        ['weight', 16],
        ['bias', 1],
      ] as const)
        change(
          name(`attention.attn.${part}.${kind}`),
          (value, at) => Math.sign(value) * heads[Math.floor(at / width / size)]!,
        );
    // What is cut contributes nothing, so that its going shows nowhere else.
    change(name('attention.attn.o.weight'), (value, at) =>
      kept.includes(Math.floor((at % 16) / size)) ? value : 0,
    );
    change(name('intermediate.dense.weight'), (value, at) => (Math.floor(at / 16) % 2 === 0 ? value : 0));
    change(name('intermediate.dense.bias'), (value, at) => (at % 2 === 0 ? value : 0));
  }
  const pruned = await pruneUnits(model, { sparsity: 0.5, norm: 'l1' });
  const input = referenceInput(readReference('mpnet'));
  const logits = (of: typeof model) => valuesOf(of.forward(input, { training: false }).logits);
  assertClose(logits(pruned), logits(model), 1e-5, 'logits');
  const table = 'mpnet.encoder.relative_attention_bias.weight';
  const columns = tf.gather(model.parameters.get(table)!, tf.tensor1d(kept, 'int32'), 1);
  assert.deepEqual(valuesOf(pruned.parameters.get(table)!), valuesOf(columns));
  const folder = join(temporaryDirectory(context), 'pruned');
  await saveModel(pruned, folder);
  assert.deepEqual(logits(await loadModel(folder)), logits(pruned));
});
