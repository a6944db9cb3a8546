import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { Interruption } from '../../src/base/interruption.ts';
import { UserError } from '../../src/base/user-error.ts';
import { quantizeModel, saveQuantized } from '../../src/compression/quantize.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { quantize as quantizeRecord } from '../../src/experiment/strategies/quantize/record.ts';
import { type ExportOptions, exportModel } from '../../src/export/export-model.ts';
import { loadModel, saveModel } from '../../src/models/checkpoint/checkpoint.ts';
import { cpu, logitsOf, relativeError, splitOf, tinyModel } from '../compression/models.ts';
import { temporaryDirectory } from '../training/support.ts';
import { batchOf } from './batches.ts';

const device = await cpu();
const home = temporaryDirectory();
const settings = { pad_token: { content: '[PAD]', special: true }, unk_token: '[UNK]', bos_token: null };

async function saved(name: string, architecture = 'bert'): Promise<string> {
  const folder = join(home, name);
  const classNames = architecture === 'bert' ? ['no', 'yes', 'perhaps'] : undefined;
  await saveModel(await tinyModel(architecture), folder, {
    ...(classNames && { classNames }),
    files: new Map([
      ['tokenizer.json', '{"version":"1.0"}'],
      ['tokenizer_config.json', JSON.stringify(settings)],
    ]),
  });
  return folder;
}

const exported = (from: string, to: string, options: Partial<ExportOptions> = {}) =>
  exportModel({
    device,
    from,
    to,
    plan: { formats: ['transformers-js'], precisions: ['fp32'] },
    samples: async (model) => ({ batches: [batchOf(model, 3, model.task.text!.length)] }),
    ...options,
  });

test('all forms of a model lie as transformers.js, Optimum and transformers look for them', async () => {
  const from = await saved('encoder');
  const to = join(home, 'deep', 'out');
  const files = await exported(from, to, {
    plan: { formats: ['onnx', 'transformers-js', 'safetensors'], precisions: ['fp32', 'int8'] },
  });
  assert.deepEqual((await readdir(to, { recursive: true })).sort(), [
    'config.json',
    'export.json',
    'model.onnx',
    'model.safetensors',
    'model_quantized.onnx',
    'onnx',
    'onnx/model.onnx',
    'onnx/model_quantized.onnx',
    'special_tokens_map.json',
    'tokenizer.json',
    'tokenizer_config.json',
  ]);
  const read = async (name: string) => JSON.parse(await readFile(join(to, name), 'utf8'));
  assert.deepEqual(await read('special_tokens_map.json'), { pad_token: '[PAD]', unk_token: '[UNK]' });
  assert.deepEqual(await read('tokenizer_config.json'), settings);
  assert.deepEqual((await read('config.json')).id2label, { 0: 'no', 1: 'yes', 2: 'perhaps' });
  assert.deepEqual(await read('export.json'), JSON.parse(JSON.stringify({ files })));
  assert.equal(files.find(({ file }) => file === 'onnx/model.onnx')!.check!.agreement, 1);
  assert.equal(files.find(({ file }) => file === 'model.safetensors')!.check, undefined);
  const again = await loadModel(to);
  const original = await loadModel(from);
  const inputs = batchOf(original, 2, 4);
  assert.equal(
    relativeError(await logitsOf(device, again, inputs), await logitsOf(device, original, inputs)),
    0,
  );
});

test('of a quantized student, the weights are floats again, so that every reader opens them', async () => {
  const model = await tinyModel('bert');
  const config = quantizeRecord.schema.parse({ kind: 'quantize', scheme: 'int8-weights' });
  const quantization = await quantizeModel({ device, model, config, train: splitOf(model) });
  const from = join(home, 'quantized');
  const dataset = { classNames: ['no', 'yes', 'perhaps'], task: model.task } as unknown as Dataset;
  await saveQuantized(quantization, dataset, from);
  assert.ok(!(await readdir(from)).includes('model.safetensors'));
  const to = join(home, 'dense');
  const plan: ExportOptions['plan'] = { formats: ['safetensors', 'transformers-js'], precisions: ['fp32'] };
  const files = await exported(from, to, { plan });
  assert.deepEqual(
    files.map(({ file }) => file),
    ['model.safetensors', 'onnx/model.onnx'],
  );
  const described = JSON.parse(await readFile(join(to, 'config.json'), 'utf8'));
  assert.equal(described.quantization, undefined);
  assert.equal(described.model_type, 'bert');
  const [before, after] = [await loadModel(from), await loadModel(to)];
  const inputs = batchOf(before, 2, 4);
  assert.equal(
    relativeError(await logitsOf(device, after, inputs), await logitsOf(device, before, inputs)),
    0,
  );
});

test('an earlier export is replaced; what else lies in a folder is never touched', async () => {
  const from = await saved('replaced');
  const to = join(home, 'again');
  await exported(from, to, { plan: { formats: ['onnx'], precisions: ['fp32', 'fp16'] } });
  await exported(from, to, { plan: { formats: ['safetensors'], precisions: [] } });
  assert.ok(!(await readdir(to)).some((name) => name.endsWith('.onnx')));
  const foreign = join(home, 'foreign');
  await mkdir(foreign);
  await writeFile(join(foreign, 'thesis.tex'), 'mine');
  await assert.rejects(
    exported(from, foreign),
    (error) => error instanceof UserError && /no export made/.test(error.message),
  );
  assert.deepEqual(await readdir(foreign), ['thesis.tex']);
});

test('one that is stopped, or fails while it is checked, leaves nothing behind', async () => {
  const from = await saved('stopped');
  const to = join(home, 'nothing', 'out');
  await assert.rejects(exported(from, to, { stopRequested: () => 'cancel' }), Interruption);
  assert.deepEqual(await readdir(dirname(to)), []);
  const samples: ExportOptions['samples'] = async (model) => {
    const batch = batchOf(model, 2, 4);
    // What no model answers: a token beyond its vocabulary.
    batch.ids!.data.fill(-9999);
    return { batches: [batch] };
  };
  await assert.rejects(exported(from, to, { samples }));
  assert.deepEqual(await readdir(dirname(to)), []);
});

test('a link in the place of a tokenizer is not followed', async () => {
  const from = await saved('linked');
  const secret = join(home, 'secret');
  await writeFile(secret, 'secret');
  await symlink(secret, join(from, 'vocab.txt'));
  await assert.rejects(exported(from, join(home, 'leak')), /link/);
});

test('one that sees a single channel keeps transformers.js from making three, and says what opens it', async () => {
  const model = await tinyModel('resnet');
  const from = join(home, 'grey');
  const seen = (channels: number) =>
    JSON.stringify({
      image_mean: Array(channels).fill(0.1),
      image_std: [0.3],
      size: { height: 8, width: 8 },
    });
  await saveModel(model, from, { files: new Map([['preprocessor_config.json', seen(1)]]) });
  const to = join(home, 'grey-out');
  const plan: ExportOptions['plan'] = { formats: ['onnx', 'transformers-js'], precisions: ['fp32'] };
  const samples: ExportOptions['samples'] = async (own) => ({ batches: [batchOf(own, 2, 1)] });
  const files = await exported(from, to, { plan, samples });
  const read = async () => JSON.parse(await readFile(join(to, 'preprocessor_config.json'), 'utf8'));
  assert.deepEqual(await read(), { ...JSON.parse(seen(1)), do_convert_rgb: false });
  assert.deepEqual(
    files.map(({ remark }) => /AutoModel gives the logits/.test(remark ?? '')),
    [false, true],
  );
  await writeFile(join(from, 'preprocessor_config.json'), seen(3));
  await exported(from, to, { samples });
  assert.deepEqual(await read(), JSON.parse(seen(3)));
});
