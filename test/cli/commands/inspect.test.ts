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
