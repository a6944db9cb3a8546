import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../../src/base/user-error.ts';
import {
  readSafetensors,
  SafetensorsFile,
  writeSafetensors,
} from '../../../src/models/checkpoint/safetensors.ts';
import { parseHeader } from '../../../src/models/checkpoint/safetensors-header.ts';
import { temporaryDirectory } from '../../data/idx-files.ts';

const written = join(import.meta.dirname, '../../fixtures/safetensors/python.safetensors');

test('a file written by Python is read, every element type', async () => {
  const { tensors, metadata } = await readSafetensors(written);
  assert.deepEqual(metadata, { format: 'pt', 'written by': 'Python' });
  const expected: Record<string, [string, number[], (number | bigint)[]]> = {
    floats: ['F32', [2, 3], [1.5, -2.25, Math.fround(3e-20), Number.POSITIVE_INFINITY, Math.fround(0.1), -0]],
    halves: ['F16', [8], [0, -0, 1, -2.5, 0.0999755859375, 65504, 2 ** -24, Number.POSITIVE_INFINITY]],
    brains: ['BF16', [5], [0, 1, -3.140625, 1e30, 1e-30].map(Math.fround)],
    bytes: ['U8', [1, 3], [0, 128, 255]],
    small: ['I8', [3], [-128, 0, 127]],
    integers: ['I32', [2], [-(2 ** 31), 2 ** 31 - 1]],
    long: ['I64', [3], [-(2n ** 63n), 2n ** 63n - 1n, 42n]],
    scalar: ['F32', [], [7]],
    empty: ['F32', [0, 3], []],
  };
  assert.deepEqual([...tensors.keys()].sort(), Object.keys(expected).sort());
  for (const [name, [dtype, shape, data]] of Object.entries(expected)) {
    const tensor = tensors.get(name)!;
    assert.equal(tensor.dtype, dtype);
    assert.deepEqual(tensor.shape, shape);
    if (name === 'brains')
      data.forEach((value, at) => {
        assert.ok(Math.abs(Number(tensor.data[at]) - Number(value)) <= Math.abs(Number(value)) / 256);
      });
    else assert.deepEqual([...tensor.data], data, name);
  }
});

test('what is written is read back, and Python’s file comes out byte for byte', async (context) => {
  const copy = join(temporaryDirectory(context), 'copy.safetensors');
  const { tensors, metadata } = await readSafetensors(written);
  const bytes = await writeSafetensors(copy, tensors, metadata);
  assert.equal(bytes, readFileSync(copy).length);
  const again = await readSafetensors(copy);
  assert.deepEqual(again.metadata, metadata);
  for (const [name, tensor] of tensors) assert.deepEqual(again.tensors.get(name), tensor);
  const dataOf = (file: string) => {
    const content = readFileSync(file);
    return content.subarray(8 + Number(content.readBigUInt64LE()));
  };
  assert.deepEqual(dataOf(copy), dataOf(written));
  assert.equal(readFileSync(copy).readBigUInt64LE() % 8n, 0n, 'data is aligned');
});

test('the array decides the element type, and floats can be narrowed', async (context) => {
  const file = join(temporaryDirectory(context), 'x.safetensors');
  const data = Float32Array.of(1, 0.1, -3);
  await writeSafetensors(file, {
    f: { shape: [3], data },
    h: { shape: [3, 1], data, dtype: 'F16' },
    b: { shape: [3], data, dtype: 'BF16' },
    i: { shape: [1], data: Int32Array.of(7) },
    u: { shape: [2], data: Uint8Array.of(1, 2) },
    __proto__x: { shape: [], data: Int8Array.of(-1) },
  });
  const { tensors } = await readSafetensors(file);
  assert.deepEqual(Object.fromEntries([...tensors].map(([name, { dtype }]) => [name, dtype])), {
    f: 'F32',
    i: 'I32',
    b: 'BF16',
    h: 'F16',
    u: 'U8',
    __proto__x: 'I8',
  });
  assert.deepEqual([...tensors.get('h')!.data], [1, 0.0999755859375, -3]);
  assert.deepEqual([...tensors.get('b')!.data], [1, 0.10009765625, -3]);
  await assert.rejects(writeSafetensors(file, { x: { shape: [2], data } }), /has 3 values/);
  await assert.rejects(
    writeSafetensors(file, { x: { shape: [1], data: Int32Array.of(1), dtype: 'F16' } }),
    /cannot be stored as F16/,
  );
});

test('equal content gives equal bytes, whatever the order it was given in', async (context) => {
  const directory = temporaryDirectory(context);
  const a = { shape: [1], data: Float32Array.of(1) };
  const b = { shape: [1], data: Uint8Array.of(1) };
  await writeSafetensors(join(directory, 'one'), { a, b });
  await writeSafetensors(join(directory, 'two'), { b, a });
  assert.deepEqual(readFileSync(join(directory, 'one')), readFileSync(join(directory, 'two')));
});

test('a failed write leaves the earlier file and nothing else', async (context) => {
  const directory = temporaryDirectory(context);
  const file = join(directory, 'model.safetensors');
  await writeSafetensors(file, { a: { shape: [1], data: Float32Array.of(1) } });
  const before = readFileSync(file);
  const bad = { shape: [1], data: Int32Array.of(1), dtype: 'F16' } as const;
  await assert.rejects(writeSafetensors(file, { bad }));
  assert.deepEqual(readFileSync(file), before);
  assert.deepEqual(readdirSync(directory), ['model.safetensors']);
  await assert.rejects(writeSafetensors(join(file, 'below'), {}), (error) => error instanceof UserError);
});

test('single tensors are read without the others', async () => {
  const file = await SafetensorsFile.open(written);
  assert.deepEqual([...(await file.read('integers')).data], [-(2 ** 31), 2 ** 31 - 1]);
  await assert.rejects(file.read('absent'), /has no tensor "absent"/);
  await file.close();
});

const framed = (header: string | Uint8Array, data = new Uint8Array(8), claimed?: bigint) => {
  const text = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, claimed ?? BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
};
const entry = (dtype: string, shape: unknown, begin: number, end: number) =>
  JSON.stringify({ dtype, shape, data_offsets: [begin, end] });
const good = entry('F32', [2], 0, 8);

const hostile: [string, Uint8Array, RegExp][] = [
  ['an empty file', new Uint8Array(), /it has only 0 bytes/],
  [
    'a header length of 2⁶⁴ − 1',
    framed('{}', new Uint8Array(), 2n ** 64n - 1n),
    /header claims 18446744073709551615 bytes/,
  ],
  ['a header longer than the file', framed('{}', new Uint8Array(), 1000n), /header claims 1000 bytes/],
  ['a header that is not UTF-8', framed(Uint8Array.of(0x7b, 0xff, 0x7d)), /header is not UTF-8/],
  ['a header that is not JSON', framed('{"a":'), /header is not JSON/],
  ['a header that is a list', framed('[]'), /not a JSON object/],
  ['a tensor named twice', framed(`{"a":${good},"a":${good}}`), /"a" stands twice/],
  [
    'a key twice in an entry',
    framed(`{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}`),
    /"dtype" stands twice/,
  ],
  ['a tensor named twice by escapes', framed(`{"a":${good},"\\u0061":${good}}`), /"a" stands twice/],
  [
    'metadata that is no map of texts',
    framed(`{"__metadata__":{"a":1},"a":${good}}`),
    /__metadata__ is not a map/,
  ],
  ['an unknown element type', framed(`{"a":${entry('F128', [1], 0, 8)}}`), /element type F128/],
  [
    'an element type from the prototype',
    framed(`{"a":${entry('toString', [1], 0, 8)}}`),
    /element type toString/,
  ],
  [
    'a negative size',
    framed(`{"a":${entry('F32', [-2], 0, 8)}}`),
    /lacks a valid dtype, shape or data_offsets/,
  ],
  ['a fractional size', framed(`{"a":${entry('F32', [2.5], 0, 8)}}`), /lacks a valid dtype/],
  ['a shape that is no list', framed(`{"a":${entry('F32', 2, 0, 8)}}`), /lacks a valid dtype/],
  [
    'a key nobody knows',
    framed('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"pickle":"x"}}'),
    /lacks a valid/,
  ],
  [
    'offsets past the end',
    framed(`{"a":${entry('F32', [4], 0, 16)}}`),
    /lies at bytes 0 to 16, but only 8 bytes follow/,
  ],
  ['offsets that run backwards', framed(`{"a":${entry('F32', [0], 8, 0)}}`), /lies at bytes 8 to 0/],
  [
    'a shape that does not fit its offsets',
    framed(`{"a":${entry('F32', [3], 0, 8)}}`),
    /takes 12 bytes, but its offsets give it 8/,
  ],
  [
    'a shape whose product overflows',
    framed(`{"a":${entry('F32', [2 ** 50, 2 ** 50], 0, 8)}}`),
    /takes 5\.07\d*e\+30 bytes/,
  ],
  ['overlapping tensors', framed(`{"a":${good},"b":${entry('F32', [1], 4, 8)}}`), /"a" and "b" overlap/],
  ['a hole before a tensor', framed(`{"a":${entry('F32', [1], 4, 8)}}`), /bytes 0 to 4 belong to no tensor/],
  [
    'bytes after the last tensor',
    framed(`{"a":${entry('F32', [1], 0, 4)}}`),
    /bytes 4 to 8 belong to no tensor/,
  ],
  [
    'a tensor named __proto__ that is dropped',
    framed(`{"__proto__":${entry('F32', [1], 0, 4)}}`),
    /bytes 4 to 8 belong to no tensor/,
  ],
  [
    'a pickle',
    Uint8Array.from({ length: 64 }, (_, index) => (index * 37 + 128) % 256),
    /header claims \d+ bytes/,
  ],
];
for (const [what, bytes, message] of hostile)
  test(`refused: ${what}`, async (context) => {
    const file = join(temporaryDirectory(context), 'model.safetensors');
    writeFileSync(file, bytes);
    await assert.rejects(readSafetensors(file), (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, message);
      assert.ok(error.message.includes(file));
      assert.ok(error.remedy);
      return true;
    });
  });

test('a file cut off anywhere is refused', async (context) => {
  const file = join(temporaryDirectory(context), 'model.safetensors');
  const whole = readFileSync(written);
  for (let length = 0; length < whole.length; length += 7) {
    writeFileSync(file, whole.subarray(0, length));
    await assert.rejects(readSafetensors(file), (error) => error instanceof UserError, `${length} bytes`);
  }
});

test('a header that nests thousands deep is refused as broken', () => {
  const deep = `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
  assert.throws(() => parseHeader(Buffer.from(deep), 0, 'deep.safetensors'), {
    name: 'UserError',
    message: /deep\.safetensors is not a valid safetensors file: its header nests/,
  });
});
