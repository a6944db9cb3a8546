import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { mersenne } from 'pure-rand/generator/mersenne';
import { UserError } from '../../../../src/base/user-error.ts';
import { checkRuns } from '../../../../src/data/text/parquet/runs-check.ts';
import { structureEnd } from '../../../../src/data/text/parquet/thrift-shape.ts';
import { readRows } from '../../../../src/data/text/rows/rows.ts';
import { temporaryDirectory } from '../../idx-files.ts';

const fixtures = join(import.meta.dirname, '../../../fixtures/text');

const runs = (bytes: readonly number[], most: number, width = 1) =>
  checkRuns(Uint8Array.from(bytes), 0, { width, most });

test('a run of more values than a page has is refused', () => {
  // 5 ones, then 8 packed ones of which 3 count.
  runs([10, 1, 3, 255], 8);
  assert.throws(
    () => runs([0xfe, 0xff, 0xff, 0xff, 0x0f, 1], 8),
    /a run claims 2147483647 values, and 8 are left/,
  );
  assert.throws(() => runs([0xff, 0xff, 0xff, 0xff, 0x0f], 8), /a run claims 17179869176 values/);
  assert.throws(() => runs([0xff, 0xff, 0xff, 0xff, 0xff, 0x0f], 8), /more than 32 bits/);
});

test('headers without an end, and lists longer than their file, are refused before they are decoded', () => {
  const refused = (bytes: readonly number[], message: RegExp) =>
    assert.throws(() => structureEnd(Uint8Array.from(bytes), 0, 100), message);
  // Field 1: a number of 64 bits; then the end.
  assert.equal(structureEnd(Uint8Array.from([0x16, 0x80, 0x01, 0, 7]), 0, 100), 4);
  refused([0x16, ...new Array(1000).fill(0xff), 0], /more than 64 bits/);
  refused([0x19, 0xfc, 0xff, 0xff, 0xff, 0x0f, 0], /a longer list than there are bytes/);
  refused([0x18, 0x7f, 0], /more bytes than there are/);
  refused(new Array(1000).fill(0x1c), /nests more than 32 deep/);
  refused([0x19, 0xfc, 0xc8, 0x01, ...new Array(200).fill(0)], /more than 100 values/);
  refused([0x15], /cut off/);
});

/** The file with a column of its first row group under the name of another. */
function renamed(column: string, name: string): Buffer {
  const path = (word: string) => Buffer.from(`\x19\x18${String.fromCharCode(word.length)}${word}`, 'latin1');
  const whole = readFileSync(join(fixtures, 'rows.parquet'));
  const at = whole.indexOf(path(column));
  assert.ok(at > 0);
  const changed = Buffer.concat([
    whole.subarray(0, at),
    path(name),
    whole.subarray(at + path(column).length),
  ]);
  const shorter = column.length - name.length;
  changed.writeUInt32LE(whole.readUInt32LE(whole.length - 8) - shorter, changed.length - 8);
  return changed;
}

test('a column that stands twice in a row group, once with numbers for texts, is refused', async (t) => {
  // The decoder would wait for the first alone, and the failure of the second would end the process.
  const file = join(temporaryDirectory(t), 'twice.parquet');
  for (const [column, name] of [
    ['number', 'text'],
    ['number', 'label'],
    ['label', 'word'],
  ] as const) {
    writeFileSync(file, renamed(column, name));
    await assert.rejects(readRows(file, ['text'])[Symbol.asyncIterator]().next(), (error) => {
      assert.ok(error instanceof UserError, (error as Error).stack);
      assert.ok(error.message.includes(`row group 1 has column ${name} where the schema has ${column}`));
      assert.ok(error.message.includes(file) && error.remedy);
      return true;
    });
  }
});

test('a Parquet file that is damaged anywhere is read or refused, and takes neither memory nor time', async (t) => {
  const whole = readFileSync(join(fixtures, 'rows.parquet'));
  const file = join(temporaryDirectory(t), 'damaged.parquet');
  const random = mersenne(20_260_101);
  const below = (most: number) => (((random.next() >>> 0) / 2 ** 32) * most) | 0;
  const before = process.resourceUsage().maxRSS;
  const outcomes = { read: 0, refused: 0 };
  for (let trial = 0; trial < Number(process.env.DISTILLERY_TRIALS ?? 150); trial++) {
    const bytes = Buffer.from(whole);
    // Headers are few among the bytes; half of all damage is done where numbers are that others follow from.
    for (let changes = 1 + below(3); changes > 0; changes--) {
      const at = below(2) === 0 ? below(bytes.length) : bytes.length - 1 - below(2000);
      bytes[at] = below(3) === 0 ? 0xff : below(256);
    }
    writeFileSync(file, bytes);
    try {
      for await (const { values } of readRows(file, ['text', 'label'])) assert.ok(values);
      outcomes.read++;
    } catch (error) {
      assert.ok(error instanceof UserError, `trial ${trial}: ${(error as Error).stack}`);
      assert.ok(error.message.includes(file), error.message);
      outcomes.refused++;
    }
  }
  t.diagnostic(JSON.stringify(outcomes));
  assert.ok(outcomes.refused > 0 && outcomes.read > 0, JSON.stringify(outcomes));
  assert.ok(process.resourceUsage().maxRSS - before < 400 << 10, 'kilobytes');
});
