import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../../../src/device/tensorflow.ts';
import { trainedParameters } from '../../../src/models/frozen.ts';
import { adapterBeside } from '../../../src/models/lora/peft-files.ts';
import { temporaryDirectory } from '../../data/idx-files.ts';
import { pythonWith } from '../../machine/python.ts';
import { assertClose, usePlainBackend } from '../backend.ts';
import {
  checkpointFolder,
  readReference,
  referenceInput,
  referenceLoss,
  valuesOf,
} from '../reference-checkpoint.ts';
import { adaptedModel } from './samples.ts';

const { python, skip } = pythonWith('torch', 'transformers', 'peft');

before(usePlainBackend);

interface Answer {
  readonly logits: number[];
  readonly merged: number[];
  readonly gradients: Readonly<Record<string, number[]>>;
}

/** Layers named by their ends, by patterns and as a whole; matrices either way round; a head that learns whole. */
const cases: Record<string, object> = {
  gpt2: { targets: ['c_attn', 'transformer.h.1.mlp.c_proj'], rank: 3, alpha: 5 },
  llama: { targets: ['q_proj', '*.mlp.*'], rank: 2, alpha: 7 },
  gemma3_text: { targets: ['*'], rank: 4 },
  bert: { targets: ['query', 'value'], rank: 2, alpha: 2 },
};

test('PEFT opens adapters that were kept, answers the same, and has the same gradients', {
  skip,
}, async (context) => {
  const folder = temporaryDirectory(context);
  // Nothing is padding: what models answer there differs, and would count in the gradients.
  const { ids, mask: padded, ...rest } = readReference('llama');
  const mask = padded.map((row) => row.map(() => 1));
  const input = referenceInput({ ...rest, ids, mask });
  const ours: Record<string, { logits: number[]; gradients: Record<string, Tensor> }> = {};
  for (const [name, written] of Object.entries(cases)) {
    const model = await adaptedModel(name, { ...written, keepAdapter: true });
    await adapterBeside(model, checkpointFolder(name))!(join(folder, name));
    const trained = trainedParameters(model);
    const { grads } = tf.variableGrads(() => referenceLoss(model, input), [...trained.values()]);
    const { logits } = model.forward(input, { training: false });
    ours[name] = {
      logits: valuesOf(logits),
      gradients: Object.fromEntries([...trained].map(([key, { name: own }]) => [key, grads[own]!])),
    };
  }
  const models = Object.keys(cases).map((name) => ({
    name,
    base: checkpointFolder(name),
    adapter: join(folder, name, 'adapter'),
  }));
  const { stdout, stderr, status } = spawnSync(
    python,
    [join(import.meta.dirname, '../../reference/texts/lora.py')],
    { input: JSON.stringify({ models, ids, mask }), encoding: 'utf8', maxBuffer: 1 << 26 },
  );
  assert.equal(status, 0, stderr);
  const theirs = JSON.parse(stdout) as Record<string, Answer>;
  for (const [name, { logits, gradients }] of Object.entries(ours)) {
    const { logits: expected, merged, gradients: others } = theirs[name]!;
    assertClose(logits, expected, 1e-5, name);
    assertClose(logits, merged, 1e-5, `${name}, merged`);
    assert.deepEqual(Object.keys(gradients).sort(), Object.keys(others).sort(), name);
    for (const [key, gradient] of Object.entries(gradients)) {
      const scale = Math.max(1, Math.hypot(...others[key]!));
      const scaled = (values: readonly number[]) => values.map((value) => value / scale);
      assertClose(scaled(valuesOf(gradient)), scaled(others[key]!), 1e-5, `${name}: ${key}`);
    }
  }
});
