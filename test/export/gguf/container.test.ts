import assert from 'node:assert/strict';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openGguf } from '../../../src/export/gguf/read-gguf.ts';
import { type TensorToWrite, writeGguf } from '../../../src/export/gguf/write-gguf.ts';
import { bool, float32, int32s, string, strings, uint32 } from '../../../src/models/gguf/values.ts';
import { temporaryDirectory } from '../../training/support.ts';

const folder = temporaryDirectory();
const tensor = (name: string, shape: number[], bytes: Uint8Array): TensorToWrite => ({
  name,
  type: 'F32',
  shape,
  bytes: bytes.length,
  encoded: () => bytes,
});

test('a small file, byte by byte as the format has it', async () => {
  const file = join(folder, 'small.gguf');
  const metadata = new Map([
    ['k', uint32(7)],
    ['l', strings(['é'])],
  ]);
  const data = Uint8Array.from({ length: 8 }, (_, at) => at + 1);
  const written = await writeGguf(file, metadata, [tensor('t', [1, 2], data)]);
  const long = (value: number) => `${value.toString(16).padStart(2, '0')}${'00'.repeat(7)}`;
  const word = (value: number) => `${value.toString(16).padStart(2, '0')}000000`;
  const header = [
    '47475546', // GGUF
    word(3),
    long(1), // tensors
    long(2), // keys
    `${long(1)}6b${word(4)}${word(7)}`, // k: a uint32
    `${long(1)}6c${word(9)}${word(8)}${long(1)}${long(2)}c3a9`, // l: an array of strings
    `${long(1)}74${word(2)}${long(2)}${long(1)}`, // t: its axes, the contiguous one first
    `${word(0)}${long(0)}`, // float32, at the beginning of the data
  ].join('');
  const length = Math.ceil(header.length / 64) * 32;
  assert.equal(
    (await readFile(file)).toString('hex'),
    `${header.padEnd(2 * length, '0')}0102030405060708${'00'.repeat(24)}`,
  );
  assert.equal(written, length + 32);
});

test('what was written reads back, each tensor from its own aligned place', async () => {
  const file = join(folder, 'more.gguf');
  const metadata = new Map([
    ['general.architecture', string('llama')],
    ['epsilon', float32(1e-6)],
    ['yes', bool(true)],
    ['no', bool(false)],
    // More than one step of reading takes.
    ['tokens', strings(Array.from({ length: 90_000 }, (_, at) => `token ${at}`))],
    ['types', int32s(Array.from({ length: 90_000 }, (_, at) => at - 5))],
  ]);
  const parts = [3, 8, 1].map((count, at) => ({
    name: `t${at}`,
    data: Float32Array.from({ length: count }, (_, index) => at + index / 7),
  }));
  const tensors = parts.map(({ name, data }) => tensor(name, [data.length], new Uint8Array(data.buffer)));
  await writeGguf(file, metadata, tensors);
  const opened = await openGguf(file);
  assert.deepEqual(opened.metadata, metadata);
  for (const { name, data } of parts) {
    assert.deepEqual(opened.tensors.get(name)!.shape, [data.length]);
    assert.deepEqual(new Float32Array((await opened.read(name)).buffer), data);
  }
  await opened.close();
});

test('a file that is damaged, cut or of another kind is told', async () => {
  const file = join(folder, 'whole.gguf');
  const bytes = Uint8Array.from({ length: 64 }, () => 1);
  const size = await writeGguf(file, new Map([['k', string('v')]]), [tensor('t', [16], bytes)]);
  const whole = await readFile(file);
  const damaged = async (change: (bytes: Buffer) => void) => {
    const copy = Buffer.from(whole);
    change(copy);
    const place = join(folder, 'damaged.gguf');
    await writeFile(place, copy);
    return openGguf(place);
  };
  await assert.rejects(
    damaged((copy) => copy.write('NOPE')),
    /begin with GGUF/,
  );
  await assert.rejects(
    damaged((copy) => copy.writeUInt32LE(2, 4)),
    /version is 2/,
  );
  await assert.rejects(
    damaged((copy) => copy.writeUInt32LE(99, 33)),
    /value of type 99/,
  );
  await truncate(file, size - 32);
  await assert.rejects(openGguf(file), /ends before the tensor "t"/);
  await truncate(file, 20);
  await assert.rejects(openGguf(file), /within its header/);
});

test('a tensor of another size than it was said to have is never written', async () => {
  const wrong = { ...tensor('t', [2], new Uint8Array(8)), bytes: 12 };
  await assert.rejects(writeGguf(join(folder, 'wrong.gguf'), new Map(), [wrong]), /takes 8 bytes, not 12/);
});
