import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { UserError } from '../../../src/base/user-error.ts';
import type { TaskShape } from '../../../src/data/dataset.ts';
import { RandomGenerator } from '../../../src/device/random-generator.ts';
import { inspectCheckpoint, loadModel, saveModel } from '../../../src/models/checkpoint/checkpoint.ts';
import { assertClose, usePlainBackend } from '../backend.ts';
import {
  atTokens,
  checkpointFolder,
  readReference,
  referenceInput,
  valuesOf,
} from '../reference-checkpoint.ts';

before(usePlainBackend);
const root = mkdtempSync(join(tmpdir(), 'distillery-'));
after(() => rmSync(root, { recursive: true }));
const temporaryDirectory = () => mkdtempSync(join(root, 'checkpoint-'));

interface Raw {
  dtype: string;
  shape: number[];
  bytes: Buffer;
}

/** The tensors of a file as they lie there, read by hand: what is tested is our own reader. */
function readRaw(file: string): Map<string, Raw> {
  const content = readFileSync(file);
  const length = Number(content.readBigUInt64LE(0));
  const header = JSON.parse(content.toString('utf8', 8, 8 + length)) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  return new Map(
    Object.entries(header)
      .filter(([name]) => name !== '__metadata__')
      .map(
        ([
          name,
          {
            dtype,
            shape,
            data_offsets: [begin, end],
          },
        ]) => [name, { dtype, shape, bytes: content.subarray(8 + length + begin, 8 + length + end) }],
      ),
  );
}

function writeRaw(
  file: string,
  tensors: ReadonlyMap<string, Raw>,
  metadata: Record<string, string> = {},
): void {
  let at = 0;
  const header: Record<string, unknown> = { __metadata__: { format: 'pt', ...metadata } };
  for (const [name, { dtype, shape, bytes }] of tensors) {
    header[name] = { dtype, shape, data_offsets: [at, at + bytes.length] };
    at += bytes.length;
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  writeFileSync(file, Buffer.concat([length, json, ...[...tensors.values()].map(({ bytes }) => bytes)]));
}

/** A copy of a checkpoint that transformers wrote, with other weights, metadata or configuration. */
function changed(
  name: string,
  weights: (tensors: Map<string, Raw>) => Record<string, string> | undefined,
  config: object = {},
): string {
  const folder = join(temporaryDirectory(), name);
  cpSync(checkpointFolder(name), folder, { recursive: true });
  const file = join(folder, 'model.safetensors');
  const tensors = readRaw(file);
  const metadata = weights(tensors);
  writeRaw(file, tensors, metadata);
  const written = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as object;
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...written, ...config }));
  return folder;
}

const configOf = (folder: string) => JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
const floats = ({ bytes }: Raw) => new Float32Array(Uint8Array.from(bytes).buffer);

async function logitsOf(folder: string, reference: ReturnType<typeof readReference>): Promise<number[]> {
  const model = await loadModel(folder);
  const { logits } = model.forward(referenceInput(reference), { training: false });
  const values =
    logits.rank === 3 ? atTokens(valuesOf(logits), logits.shape, reference.mask) : valuesOf(logits);
  model.dispose();
  return values;
}

async function equalsReference(name: string, folder: string): Promise<void> {
  const reference = readReference(name);
  const { data, shape } = reference.logits;
  const expected = shape.length === 3 ? atTokens(data, shape, reference.mask) : data;
  assertClose(await logitsOf(folder, reference), expected, 1e-5, name);
  await inspectCheckpoint(folder);
}

const embeddings = { gpt2: 'transformer.wte.weight', llama: 'model.embed_tokens.weight' } as const;

test('a predictor of its own is used, though the configuration says that it is the embeddings', async () => {
  const reference = readReference('gpt2');
  let predictor = new Float32Array();
  const folder = changed('gpt2', (tensors) => {
    const table = tensors.get(embeddings.gpt2)!;
    predictor = floats(table).map((value, at) => value / 2 + Math.sin(at));
    tensors.set('lm_head.weight', { ...table, bytes: Buffer.from(predictor.buffer) });
    return undefined;
  });
  const { data, shape } = reference.hiddenStates.at(-1)!;
  const width = shape[2]!;
  const states = atTokens(data, shape, reference.mask);
  const expected: number[] = [];
  for (let row = 0; row < states.length / width; row++)
    for (let token = 0; token < predictor.length / width; token++) {
      let sum = 0;
      for (let at = 0; at < width; at++) sum += states[row * width + at]! * predictor[token * width + at]!;
      expected.push(sum);
    }
  assertClose(await logitsOf(folder, reference), expected, 1e-4, 'logits');
  // What is saved says so itself, for versions of transformers that believe the configuration.
  const model = await loadModel(folder);
  const saved = join(temporaryDirectory(), 'saved');
  await saveModel(model, saved);
  assert.equal(configOf(saved).tie_word_embeddings, false);
  assertClose(await logitsOf(saved, reference), expected, 1e-4, 'saved');
});

test('a predictor that equals the embeddings stays one with them', async () => {
  const folder = changed('gpt2', (tensors) => {
    tensors.set('lm_head.weight', tensors.get(embeddings.gpt2)!);
    return undefined;
  });
  await equalsReference('gpt2', folder);
  assert.ok(!(await loadModel(folder)).parameters.has('lm_head.weight'));
});

test('weights that are one are found by either name', async () => {
  const onlyHead = (tensors: Map<string, Raw>) => {
    tensors.set('lm_head.weight', tensors.get(embeddings.gpt2)!);
    tensors.delete(embeddings.gpt2);
  };
  await equalsReference(
    'gpt2',
    changed('gpt2', (tensors) => {
      onlyHead(tensors);
      return undefined;
    }),
  );
  await equalsReference(
    'gpt2',
    changed('gpt2', (tensors) => {
      onlyHead(tensors);
      return { [embeddings.gpt2]: 'lm_head.weight' };
    }),
  );
});

test('names in the metadata stand for the tensors they are saved under, whatever they are of', async () => {
  const folder = changed('bert', (tensors) => {
    const [name, twin] = [
      'bert.encoder.layer.0.attention.output.LayerNorm.bias',
      'bert.encoder.layer.0.output.LayerNorm.bias',
    ];
    tensors.set(twin, tensors.get(name)!);
    return undefined;
  });
  const file = join(folder, 'model.safetensors');
  const twice = readRaw(file);
  const expected = await logitsOf(folder, readReference('bert'));
  twice.delete('bert.encoder.layer.0.output.LayerNorm.bias');
  writeRaw(file, twice, {
    'bert.encoder.layer.0.output.LayerNorm.bias': 'bert.encoder.layer.0.attention.output.LayerNorm.bias',
    'cls.predictions.decoder.bias': 'classifier.bias',
    'bert.no.such.layer': 'classifier.bias',
    'bert.gone': 'no such tensor',
  });
  assert.deepEqual(await logitsOf(folder, readReference('bert')), expected);
});

test('what old versions saved beside the weights is passed over, whatever its type', async () => {
  const raw = (dtype: string, shape: number[], bytes: number): Raw => ({
    dtype,
    shape,
    bytes: Buffer.alloc(bytes, 1),
  });
  const beside = (prefix: string, tensors: Map<string, Raw>) => {
    tensors.set(`${prefix}h.0.attn.bias`, raw('BOOL', [1, 1, 12, 12], 144));
    tensors.set(`${prefix}h.1.attn.bias`, raw('U8', [1, 1, 12, 12], 144));
    tensors.set(`${prefix}h.0.attn.masked_bias`, raw('F32', [], 4));
    tensors.set('cls.position_ids', raw('I64', [1, 12], 96));
    tensors.set('score.weights', raw('F64', [3], 24));
    tensors.set('score.scales', raw('F8_E4M3', [3], 3));
  };
  await equalsReference(
    'gpt2',
    changed('gpt2', (tensors) => {
      beside('transformer.', tensors);
      return undefined;
    }),
  );
  // As the first GPT-2 was published: without the prefix.
  await equalsReference(
    'gpt2',
    changed('gpt2', (tensors) => {
      for (const [name, tensor] of [...tensors]) {
        tensors.delete(name);
        tensors.set(name.replace(/^transformer\./, ''), tensor);
      }
      beside('', tensors);
      return undefined;
    }),
  );
});

test('weights in 64 bits are read', async () => {
  const folder = changed('bert', (tensors) => {
    for (const [name, tensor] of tensors) {
      const doubles = Float64Array.from(floats(tensor));
      tensors.set(name, { dtype: 'F64', shape: tensor.shape, bytes: Buffer.from(doubles.buffer) });
    }
    return undefined;
  });
  await equalsReference('bert', folder);
});

test('a weight of a type that is none of ours is refused by name', async () => {
  const folder = changed('bert', (tensors) => {
    const { shape } = tensors.get('classifier.bias')!;
    tensors.set('classifier.bias', { dtype: 'I16', shape, bytes: Buffer.alloc(2 * shape[0]!) });
    return undefined;
  });
  await assert.rejects(loadModel(folder), /"classifier.bias" is stored as I16/);
});

const unchanged = () => undefined;
for (const [what, config, pattern] of [
  ['several labels at once', { problem_type: 'multi_label_classification' }, /several labels at once/],
  ['a number', { problem_type: 'regression' }, /a number .*regression/],
  ['one output', { id2label: { 0: 'LABEL_0' }, label2id: { LABEL_0: 0 } }, /a number .*regression/],
] as const)
  test(`a head that gives ${what} is refused as a teacher, and a student gets a new one`, async () => {
    const folder = changed('bert', unchanged, config);
    const { task } = await inspectCheckpoint(checkpointFolder('bert'));
    await assert.rejects(
      loadModel(folder, { task }),
      (error) => error instanceof UserError && pattern.test(error.message),
    );
    const student: TaskShape = { ...task, classes: 3 };
    const before = await loadModel(checkpointFolder('bert'));
    const generator = RandomGenerator.forUse(1, 'weights');
    const begun = await loadModel(folder, { task: student, generator, classNames: ['a', 'b', 'c'] });
    const weight = (name: string, model = begun) => valuesOf(model.parameters.get(name)!);
    assert.notDeepEqual(weight('classifier.weight'), weight('classifier.weight', before));
    assert.deepEqual(weight('bert.pooler.dense.weight'), weight('bert.pooler.dense.weight', before));
    const saved = join(temporaryDirectory(), 'student');
    await saveModel(begun, saved, { classNames: ['a', 'b', 'c'] });
    assert.equal(configOf(saved).problem_type, 'single_label_classification');
  });
