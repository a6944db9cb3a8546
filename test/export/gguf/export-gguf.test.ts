import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../../src/base/user-error.ts';
import { type ExportOptions, exportModel } from '../../../src/export/export-model.ts';
import { type Precision, precisions } from '../../../src/export/forms.ts';
import { checkGguf } from '../../../src/export/gguf/check-gguf.ts';
import { exportGguf } from '../../../src/export/gguf/export-gguf.ts';
import { planGguf } from '../../../src/export/gguf/plan.ts';
import { openGguf } from '../../../src/export/gguf/read-gguf.ts';
import { saveModel } from '../../../src/models/checkpoint/checkpoint.ts';
import { storedTensors } from '../../../src/models/checkpoint/store-weights.ts';
import { change, cpu, tinyModel } from '../../compression/models.ts';
import { temporaryDirectory } from '../../training/support.ts';
import { batchOf } from '../batches.ts';
import { drawnModel, length, saveStudent } from './models.ts';

const device = await cpu();
const all = Object.keys(precisions) as Precision[];

const exported = (from: string, to: string, options: Partial<ExportOptions> = {}) =>
  exportModel({
    device,
    from,
    to,
    plan: { formats: ['gguf'], precisions: ['fp32'] },
    samples: async (model) => ({ batches: [batchOf(model, 3, length)] }),
    ...options,
  });

test('each precision is a file, which is read back and says by whom', async () => {
  const home = temporaryDirectory();
  const model = await drawnModel({ architecture: 'llama', layout: 'qwen3', keyValueHeads: 2, headSize: 32 });
  const from = await saveStudent(model, home);
  const to = join(home, 'out');
  const files = await exported(from, to, { plan: { formats: ['gguf', 'safetensors'], precisions: all } });
  const names = ['model-f32.gguf', 'model-f16.gguf', 'model-q8_0.gguf', 'model-q4_0.gguf'];
  assert.deepEqual(
    files.map(({ file }) => file),
    ['model.safetensors', ...names],
  );
  assert.deepEqual((await readdir(to)).filter((name) => name.endsWith('.gguf')).sort(), [...names].sort());
  assert.deepEqual(
    JSON.parse(await readFile(join(to, 'export.json'), 'utf8')),
    JSON.parse(JSON.stringify({ files })),
  );
  const [, whole, halves, eight, four] = files;
  for (const file of [whole, halves, eight, four]) {
    assert.equal(file!.check!.by, 'distillery');
    assert.equal(file!.check!.latencyMs, null);
    assert.equal(file!.check!.samples, 3);
    assert.equal((await readFile(join(to, file!.file))).length, file!.bytes);
  }
  assert.deepEqual([whole!.check!.largestDifference, whole!.check!.agreement], [0, 1]);
  assert.ok(halves!.check!.agreement > 0.97 && eight!.check!.agreement > 0.85);
  const differences = [whole, halves, eight, four].map((file) => file!.check!.largestDifference);
  assert.deepEqual(
    differences.toSorted((one, other) => one - other),
    differences,
  );
  assert.ok(new Set(differences).size === 4 && four!.bytes < eight!.bytes && eight!.bytes < halves!.bytes);
});

test('vectors and positions stay exact, and what does not fill blocks stays in float16', async () => {
  const home = temporaryDirectory();
  const typesOf = async (precision: Precision, config: Record<string, unknown>) => {
    const model = await drawnModel(config);
    const file = join(home, `${precision}-${config.architecture}.gguf`);
    const plan = await planGguf(model, await saveStudent(model, home));
    await exportGguf(plan, await storedTensors(model), precision, file);
    const opened = await openGguf(file);
    await opened.close();
    return Object.fromEntries(
      [...opened.tensors].map(([name, { type, shape }]) => [name, `${type} ${shape}`]),
    );
  };
  const gpt2 = await typesOf('int4', { architecture: 'gpt2', intermediateSize: 40 });
  assert.equal(gpt2['position_embd.weight'], 'F32 32,64');
  assert.equal(gpt2['token_embd.weight'], 'Q8_0 259,64');
  assert.equal(gpt2['blk.1.attn_qkv.weight'], 'Q4_0 192,64');
  assert.equal(gpt2['blk.1.attn_qkv.bias'], 'F32 192');
  assert.equal(gpt2['blk.1.ffn_up.weight'], 'Q4_0 40,64');
  assert.equal(gpt2['blk.1.ffn_down.weight'], 'F16 64,40');
  const untied = await typesOf('int4', { architecture: 'llama', tieEmbeddings: false });
  assert.deepEqual([untied['token_embd.weight'], untied['output.weight']], ['Q4_0 259,64', 'Q8_0 259,64']);
  assert.equal(untied['blk.0.attn_norm.weight'], 'F32 64');
});

const llama3 = {
  kind: 'llama3',
  factor: 8,
  lowFrequencyFactor: 1,
  highFrequencyFactor: 4,
  originalPositions: 16,
};

/** Configurations that llama.cpp computes otherwise, and what is said of them. */
const beyond: readonly [RegExp, Record<string, unknown>][] = [
  [/activation "gelu"/, { architecture: 'gpt2', activation: 'gelu' }],
  [/do not share out the hidden size/, { architecture: 'gpt2', headSize: 8 }],
  [/do not share out .* kind qwen2/, { architecture: 'llama', layout: 'qwen2', headSize: 32 }],
  [/biases in attention .* kind qwen3/, { architecture: 'llama', layout: 'qwen3', attentionBias: true }],
  [
    /window of 8 tokens among 32 positions .* kind llama/,
    { architecture: 'llama', layout: 'mistral', slidingWindow: 8 },
  ],
  [/window of 8 tokens .* kind qwen2/, { architecture: 'llama', layout: 'qwen2', slidingWindow: 8 }],
  [
    /"llama3" in a model of kind qwen3/,
    {
      architecture: 'llama',
      layout: 'qwen3',
      ropeScaling: llama3,
    },
  ],
  [
    /truncate false/,
    {
      architecture: 'llama',
      ropeScaling: { kind: 'yarn', factor: 4, originalPositions: 64, truncate: false },
    },
  ],
  [
    /other turns than 32 and 1/,
    { architecture: 'llama', ropeScaling: { kind: 'yarn', factor: 4, originalPositions: 64, slowTurns: 2 } },
  ],
];

test('what llama.cpp does not compute is refused before anything is written', async () => {
  const home = temporaryDirectory();
  const to = join(home, 'out');
  for (const [what, config] of beyond) {
    const model = await drawnModel({ ...config, layers: 1 });
    const from = await saveStudent(model, home);
    const read = () => assert.fail('samples were made for nothing');
    await assert.rejects(exported(from, to, { samples: read }), (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, what);
      assert.match(error.remedy!, /Leave out the format gguf/);
      return true;
    });
  }
  const encoder = join(home, 'encoder');
  await saveModel(await tinyModel('bert'), encoder, { classNames: ['no', 'yes', 'perhaps'] });
  const plan: ExportOptions['plan'] = { formats: ['onnx', 'gguf'], precisions: ['fp32'] };
  await assert.rejects(
    exported(encoder, to, { plan }),
    (error) =>
      error instanceof UserError &&
      /no GGUF of a model of architecture "bert"/.test(error.message) &&
      /gpt2.*llama/.test(error.remedy!),
  );
  assert.ok(!existsSync(to));
});

test('a window as wide as the model, and waves that change only beyond it, change nothing', async () => {
  const home = temporaryDirectory();
  for (const config of [
    { slidingWindow: 32, layout: 'mistral' },
    { ropeScaling: { kind: 'dynamic', factor: 2 } },
  ]) {
    const model = await drawnModel({ architecture: 'llama', layers: 1, ...config });
    const { metadata } = await planGguf(model, await saveStudent(model, home));
    assert.deepEqual(metadata.get('llama.context_length')!.value, 32);
    assert.ok([...metadata.keys()].every((key) => !/window|scaling/.test(key)));
  }
});

test('a weight beyond the precision is named, and nothing is left behind', async () => {
  const home = temporaryDirectory();
  const model = await drawnModel({ architecture: 'gpt2', layers: 1 });
  await change(model.parameters.get('transformer.h.0.mlp.c_fc.weight')!, (value, at) =>
    at === 5 ? 1e5 : value,
  );
  const from = await saveStudent(model, home);
  const to = join(home, 'out');
  await assert.rejects(
    exported(from, to, { plan: { formats: ['gguf'], precisions: ['fp32', 'fp16'] } }),
    (error) => error instanceof UserError && /c_fc\.weight cannot be stored as F16/.test(error.message),
  );
  assert.deepEqual(await readdir(home), ['student']);
});

test('a file that holds anything else than was meant is found', async () => {
  const home = temporaryDirectory();
  const model = await drawnModel({ architecture: 'llama', layers: 1, keyValueHeads: 2 });
  const plan = await planGguf(model, await saveStudent(model, home));
  const weights = await storedTensors(model);
  const file = join(home, 'model.gguf');
  await exportGguf(plan, weights, 'int8', file);
  const check = () => checkGguf({ device, model, plan, weights, file, batches: [batchOf(model, 1, 4)] });
  assert.ok((await check()).agreement > 0);
  const damaged = async (at: number, what: RegExp) => {
    const handle = await open(file, 'r+');
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, at);
    await handle.write(Buffer.of(buffer[0]! ^ 0x60), 0, 1, at);
    await assert.rejects(check(), (error) => error instanceof UserError && what.test(error.message));
    await handle.write(buffer, 0, 1, at);
    await handle.close();
  };
  const whole = await readFile(file);
  await damaged(whole.length - 40, /differs by \S+ times its rounding/);
  await damaged(whole.indexOf('llama.block_count') + 21, /says otherwise of llama\.block_count/);
  await damaged(whole.indexOf('blk.0.attn_q.weight'), /lacks blk\.0\.attn_q\.weight/);
  await damaged(0, /begin with GGUF/);
  const other = new Map(weights).set(
    'model.norm.weight',
    weights.get('model.layers.0.input_layernorm.weight')!,
  );
  await assert.rejects(
    checkGguf({ device, model, plan, weights: other, file, batches: [] }),
    /model\.norm\.weight differs/,
  );
});
