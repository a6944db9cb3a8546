import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { distillery } from '../support.ts';

const fixtures = join(import.meta.dirname, '../../fixtures');

test('inspect shows what an ONNX graph takes and answers, and the layers that strategies can name', async () => {
  const { code, out } = await distillery('inspect', join(fixtures, 'onnx/bert'));
  assert.equal(code, 0);
  assert.match(out, /architecture\s+a graph of its own \(ONNX\)/);
  assert.match(out, /classes\s+3: LABEL_0, LABEL_1, LABEL_2/);
  assert.match(out, /texts\s+up to 16 tokens/);
  assert.match(out, /input\s+attention_mask \(batch × length\)/);
  assert.match(out, /output\s+logits \(batch × 3\)/);
  assert.match(out, /\n0\s+16 × 16\s+\S+\n1\s+16 × 16\s+\S+layer\.0\S+\n2\s+16 × 16\s+\S+layer\.1\S+\n$/);
});

test('inspect tells what is not trained and why, and what can be done with the model', async () => {
  const { out } = await distillery('inspect', join(fixtures, 'onnx/t5'));
  assert.match(
    out,
    /\nnot trained\s+zeros, scalar_tensor_default, val_6 and 7 more: a single number, not named like a weight\n/,
  );
  assert.match(
    out,
    /\ncan do\s+teacher; direct, response; feature, relation; self; online; (quantize, [\w-]+; ){4}prune, magnitude, dense; prune, structured\n/,
  );
  assert.match(out, /\ndropout\s+would act on linear_3, linear_6, linear_10 and 2 more\n/);
  const mobile = await distillery('inspect', join(fixtures, 'onnx/mobilenet'), '--freeze', '*conv_stem*');
  assert.match(mobile.out, /\nstatistics\s+\S+running_mean, \S+running_var, \S+running_mean and 101 more\n/);
  assert.match(mobile.out, /\nfrozen\s+\d+ of them\n/);
  const { out: json } = await distillery('inspect', join(fixtures, 'onnx/gpt2'), '--json');
  const { parts, can, inputs, logits } = JSON.parse(json);
  assert.deepEqual([parts.tied.length, parts.leftOut, logits], [1, 0, 'logits']);
  assert.ok(parts.values.length > 50 && parts.parameters.length > 10, json.slice(0, 2000));
  assert.deepEqual(
    inputs.map(({ role }: { role?: string }) => role),
    ['input_ids', 'attention_mask'],
  );
  assert.deepEqual(can.slice(0, 2), [{ what: 'teacher' }, { what: 'direct, sequence, generated' }]);
});

test('inspect takes what a graph does not say by itself', async () => {
  const file = join(fixtures, 'onnx/bert');
  const named = await distillery('inspect', file, '--logits', '*nothing*', '--input', 'input_ids=input_ids');
  assert.match(named.err, /has no value "\*nothing\*"/);
  const inner = JSON.parse((await distillery('inspect', file, '--json')).out).parts.values as string[];
  const pooled = inner.findLast((name) => /Tanh/.test(name))!;
  const other = await distillery('inspect', file, '--logits', pooled);
  assert.match(other.err, /answers with 16 scores, but its config\.json names 3 classes/);
  const wrong = await distillery('inspect', file, '--input', 'ids=input_ids');
  const away = await distillery('inspect', 'hf:nobody/nothing');
  assert.match(away.err, /hf:nobody\/nothing is not in the cache of models of the Hub/);
  assert.match(wrong.err, /--input ids=input_ids does not say what inputs are/);
});

test('inspect shows a checkpoint in safetensors, as JSON where that is asked for', async () => {
  const { code, out } = await distillery('inspect', join(fixtures, 'checkpoints/gpt2'), '--json');
  assert.equal(code, 0);
  const report = JSON.parse(out);
  assert.equal(report.architecture, 'gpt2');
  assert.equal(report.inputs.length, 0);
  assert.ok(report.parameters > 0 && report.layers.length > 1, out);
});

test('inspect says what is wrong with a model that cannot be opened', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'distillery-'));
  writeFileSync(join(folder, 'broken.onnx'), 'no graph');
  const { code, err } = await distillery('inspect', join(folder, 'broken.onnx'));
  assert.equal(code, 2);
  assert.match(err, /broken\.onnx is a damaged ONNX model/);
});
