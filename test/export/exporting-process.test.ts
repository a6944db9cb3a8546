import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Interruption } from '../../src/base/interruption.ts';
import { UserError } from '../../src/base/user-error.ts';
import { datasetSchema } from '../../src/experiment/schema/schema.ts';
import { exportApart, exportingCommand } from '../../src/export/apart/exporting-process.ts';
import { saveModel } from '../../src/models/checkpoint/checkpoint.ts';
import { cpu, tinyModel } from '../compression/models.ts';
import { program } from '../program.ts';
import { temporaryDirectory } from '../training/support.ts';

await cpu();
const home = temporaryDirectory();
const from = join(home, 'student');
await saveModel(await tinyModel('resnet'), from);
const request = (to: string) => ({
  type: 'export' as const,
  from,
  to,
  formats: ['transformers-js' as const],
  precisions: ['fp32' as const, 'fp16' as const],
  dataset: datasetSchema.parse({ kind: 'mnist' }),
  directory: home,
});
const command = program('src/export/apart/exporting-main.ts');

test('a model is exported in a process of its own, which tells what it does', async () => {
  const told: string[] = [];
  const to = join(home, 'out');
  const { signal } = new AbortController();
  const files = await exportApart(request(to), { command, tell: (line) => told.push(line), signal });
  assert.deepEqual(
    files.map(({ file, check }) => [file, check!.samples]),
    [
      ['onnx/model.onnx', 64],
      ['onnx/model_fp16.onnx', 64],
    ],
  );
  assert.match(told.join('\n'), /made-up samples: .*another size/);
  assert.ok(files.every(({ check }) => /another size/.test(check!.madeUp!)));
  assert.ok(existsSync(join(to, 'config.json')));
});

test('an export that is stopped keeps nothing', async () => {
  const stop = new AbortController();
  const to = join(home, 'stopped', 'out');
  const exporting = exportApart(request(to), { command, tell: () => stop.abort(), signal: stop.signal });
  await assert.rejects(exporting, Interruption);
  assert.deepEqual(await readdir(join(home, 'stopped')), []);
  await assert.rejects(
    exportApart(request(to), { command, tell: () => {}, signal: stop.signal }),
    Interruption,
  );
});

test('what the process refuses is told with its remedy, and its sudden end is no silence', async () => {
  const { signal } = new AbortController();
  const missing = { ...request(join(home, 'never')), from: join(home, 'nowhere') };
  await assert.rejects(
    exportApart(missing, { command, tell: () => {}, signal }),
    (error) => error instanceof UserError && /nowhere/.test(error.message) && error.remedy !== undefined,
  );
  const dying: [string, ...string[]] = [process.execPath, '-e', 'process.exit(7)'];
  await assert.rejects(
    exportApart(missing, { command: dying, tell: () => {}, signal }),
    (error) => error instanceof UserError && /ended before it was done \(7\)/.test(error.message),
  );
});

test('an entry knows the process that belongs to it', () => {
  assert.match(exportingCommand('file:///d/dist/cli.mjs').at(-1)!, /dist.exporter\.mjs$/);
  assert.match(exportingCommand('file:///d/src/cli/main.ts').at(-1)!, /src.export.apart.exporting-main\.ts$/);
});
