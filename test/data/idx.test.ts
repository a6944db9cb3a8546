import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { UserError } from '../../src/base/user-error.ts';
import { readIdx } from '../../src/data/idx.ts';
import { idxBytes, temporaryDirectory } from './idx-files.ts';

const whole = idxBytes([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 255]);

for (const [name, pack] of [
  ['plain', (bytes: Uint8Array) => bytes],
  ['gzip', (bytes: Uint8Array) => gzipSync(bytes)],
] as const) {
  test(`an IDX file is read, ${name}`, async (context) => {
    const file = join(temporaryDirectory(context), 'images');
    writeFileSync(file, pack(whole));
    const { shape, data } = await readIdx(file);
    assert.deepEqual(shape, [2, 2, 2]);
    assert.deepEqual([...data], [1, 2, 3, 4, 5, 6, 7, 255]);
  });

  const bad: [string, Uint8Array, RegExp][] = [
    ['truncated in the data', whole.subarray(0, 19), /is truncated: .*2 × 2 × 2 = 8 bytes, but 3 follow/],
    ['truncated in the header', whole.subarray(0, 10), /is truncated: its header of 16 bytes ends after 10/],
    ['too long', Uint8Array.of(...whole, 0), /is longer than its header says/],
    [
      'of a wrong magic number',
      Uint8Array.of(1, 2, 3, 4, 5),
      /is no IDX file: it begins with the bytes 01 02 03 04/,
    ],
    ['of floats', Uint8Array.of(0, 0, 13, 1, 0, 0, 0, 0), /holds 32-bit floats; .* must be unsigned bytes/],
    ['without dimensions', Uint8Array.of(0, 0, 8, 0, 9), /is no IDX file/],
    ['empty', new Uint8Array(), /is empty/],
    [
      'whose header promises 2⁶⁴ bytes',
      idxBytes([0xffffffff, 0xffffffff, 2], [1, 2, 3]),
      /is truncated: .*, but 3 follow/,
    ],
  ];
  for (const [what, bytes, message] of bad)
    test(`an IDX file ${what} is refused, ${name}`, async (context) => {
      const file = join(temporaryDirectory(context), 'images');
      writeFileSync(file, pack(bytes));
      await assert.rejects(readIdx(file), (error) => {
        assert.ok(error instanceof UserError, String(error));
        assert.match(error.message, message);
        assert.ok(error.message.includes(file), 'the message names the file');
        assert.equal(error.place, file);
        assert.ok(error.remedy);
        return true;
      });
    });
}

test('a damaged gzip file is refused', async (context) => {
  const file = join(temporaryDirectory(context), 'images.gz');
  writeFileSync(file, gzipSync(whole).subarray(0, 20));
  await assert.rejects(readIdx(file), /is a damaged gzip file: unexpected end of file/);
});

test('a gzip file that unpacks to more than its header says is not unpacked to the end', async (context) => {
  const file = join(temporaryDirectory(context), 'bomb.gz');
  const bomb = new Uint8Array(64 << 20);
  bomb.set(idxBytes([4], [1, 2, 3, 4]));
  writeFileSync(file, gzipSync(bomb));
  const before = process.memoryUsage().arrayBuffers;
  await assert.rejects(readIdx(file), /is longer than its header says: 4 = 4 bytes/);
  assert.ok(process.memoryUsage().arrayBuffers - before < 16 << 20);
});

test('a gzip file whose header promises gigabytes is refused, with what to do, before they are unpacked', async (context) => {
  const file = join(temporaryDirectory(context), 'gigabytes.gz');
  const bomb = new Uint8Array(64 << 20);
  bomb.set(idxBytes([50_000, 256, 256], []));
  writeFileSync(file, gzipSync(bomb));
  const before = process.memoryUsage().arrayBuffers;
  await assert.rejects(readIdx(file), (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, /50000 × 256 × 256 = 3276800000 bytes, and at most 805306368 are unpacked/);
    assert.match(error.remedy ?? '', /gunzip/);
    return true;
  });
  assert.ok(process.memoryUsage().arrayBuffers - before < 16 << 20);
});

test('a path that leads nowhere names the path and a remedy', async (context) => {
  const directory = temporaryDirectory(context);
  const expectProblem = (file: string, message: RegExp) =>
    assert.rejects(readIdx(file), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, message);
      assert.ok(error.message.includes(file));
      assert.ok(error.remedy);
      return true;
    });
  await expectProblem(join(directory, 'nothing'), /does not exist/);
  await expectProblem(directory, /is a folder, not a file/);
  writeFileSync(join(directory, 'file'), whole);
  await expectProblem(join(directory, 'file', 'images'), /cannot be reached/);
});
