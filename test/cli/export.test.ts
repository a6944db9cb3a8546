import assert from 'node:assert/strict';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ExportReport } from '../../src/worker/directory/export-report.ts';
import { makeRun, runToEnd, temporaryDirectory } from '../worker/support.ts';
import { distillery } from './support.ts';

test('the student of a run and its peers are exported, and checked on the test images', async () => {
  const project = temporaryDirectory();
  const run = await makeRun(project, '20260101-000000-few-online-s1-abcd', {
    strategy: { kind: 'online', peers: 2 },
    teacher: undefined,
  });
  const { code, output } = await runToEnd(run);
  assert.equal(code, 0, output);
  const data = join(project, '.distillery');
  const to = join(project, 'out');
  const words = ['export', 'abcd', '--to', to, '--data-dir', data];

  const done = await distillery(...words, '--format', 'onnx,safetensors', '--precision', 'fp32,int8');
  assert.equal(done.code, 0, done.err);
  assert.match(done.out, /model\.onnx\s+fp32\s+\S+ kB\s+100\.00 %\s+\S+\s+.*80 samples/);
  assert.doesNotMatch(done.err + done.out, /made-up/);
  assert.ok(existsSync(join(to, 'model_quantized.onnx')));
  assert.equal((await readdir(join(to, 'candidates'))).length, 1);

  // Kept with the run: of peers too, and only the latest of a folder.
  const shown = await distillery('show', 'abcd', '--data-dir', data);
  assert.ok(shown.out.includes(`exported student to ${to}, 20`), shown.out);
  assert.match(shown.out, /exported peer-2 to .*\n.*\n.*\n.*model\.onnx\s+fp32\s+\S+ kB\s+100\.00 %/);

  rmSync(join(project, 't10k-images-idx3-ubyte'));
  const without = await distillery(...words);
  assert.equal(without.code, 0, without.err);
  assert.match(without.err, /made-up samples: .*t10k-images/);
  assert.match(without.out, /made-up samples/);
  assert.ok(existsSync(join(to, 'onnx', 'model.onnx')) && !existsSync(join(to, 'model_quantized.onnx')));

  const again = await distillery('show', 'abcd', '--json', '--data-dir', data);
  const { exports } = JSON.parse(again.out);
  assert.deepEqual(
    exports.map(({ model, folder, files }: ExportReport) => [model, folder, files.length]),
    [
      ['student', to, 1],
      ['peer-2', join(to, 'candidates', 'peer-2'), 1],
    ],
  );
  assert.match(exports[0].files[0].check.madeUp, /t10k-images/);

  const other = await distillery(...words, '--format', 'gguf');
  assert.equal(other.code, 2);
  assert.match(other.err, /no GGUF of a model of architecture "mlp"/);
  assert.ok(existsSync(join(to, 'onnx', 'model.onnx')), 'what lay there is as it was');

  const wrong = await distillery(...words, '--precision', 'fp32,int2');
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /Choose among fp32, fp16, int8, int4/);
});

test('a language model goes out for llama.cpp, and it is said how that was checked', async () => {
  const project = temporaryDirectory();
  for (const name of ['train.txt', 'test.txt'])
    writeFileSync(
      join(project, name),
      'the whale swam on and the ship came after it, all night. '.repeat(20),
    );
  const run = await makeRun(project, '20260101-000000-few-bytes-s1-abce', {
    dataset: {
      kind: 'language-model',
      train: 'train.txt',
      test: 'test.txt',
      tokenizer: { kind: 'bytes' },
      length: 16,
    },
    teacher: undefined,
    student: { model: { architecture: 'llama', hiddenSize: 32, layers: 1, heads: 2, keyValueHeads: 1 } },
    strategy: { kind: 'direct' },
    training: { epochs: 1, batchSize: 8, learningRate: 0.01 },
  });
  const { code, output } = await runToEnd(run);
  assert.equal(code, 0, output);
  const data = join(project, '.distillery');
  const to = join(project, 'out');
  const words = ['--to', to, '--format', 'gguf', '--precision', 'fp32,int8', '--data-dir', data];
  const done = await distillery('export', 'abce', ...words);
  assert.equal(done.code, 0, done.err);
  assert.match(done.out, /model-f32\.gguf\s+fp32\s+\S+ kB\s+100\.00 %\s+0 .*\d samples/);
  assert.match(done.out, /model-q8_0\.gguf\s+int8/);
  assert.match(done.out, /were read back, and Distillery’s own model answered/);
  assert.doesNotMatch(done.err + done.out, /made-up/);
  const shown = await distillery('show', 'abce', '--data-dir', data);
  assert.match(shown.out, /model-q8_0\.gguf.*\n.*were read back/);
});
