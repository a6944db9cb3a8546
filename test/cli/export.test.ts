import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
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

  const wrong = await distillery(...words, '--precision', 'fp32,int2');
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /Choose among fp32, fp16, int8, int4/);
});
