import assert from 'node:assert/strict';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../../src/base/user-error.ts';
import { decodeImage } from '../../../src/data/images/decode-image.ts';
import { openImageFolder } from '../../../src/data/images/image-folder.ts';
import { temporaryDirectory } from '../idx-files.ts';

const fixture = (name: string) => readFileSync(join(import.meta.dirname, '../../fixtures/images', name));

const refused = (bytes: Uint8Array, pattern: RegExp) =>
  assert.throws(
    () => decodeImage(bytes, 'bad.jpg'),
    (error: unknown) =>
      error instanceof UserError && error.message.startsWith('bad.jpg') && pattern.test(error.message),
  );

/** Where the header of the frame begins. */
const frameOf = (bytes: Buffer) => Math.max(bytes.indexOf('ffc0', 'hex'), bytes.indexOf('ffc2', 'hex'));

function resized(bytes: Buffer, height: number, width: number): Buffer {
  const changed = Buffer.from(bytes);
  changed.writeUInt16BE(height, frameOf(changed) + 5);
  changed.writeUInt16BE(width, frameOf(changed) + 7);
  return changed;
}

test('a JPEG that promises more pixels than its bytes can hold is refused before memory is taken for them', () => {
  const before = process.resourceUsage().maxRSS;
  for (const name of ['rgb.jpg', 'grey.jpg', 'progressive.jpg']) {
    decodeImage(fixture(name), name);
    refused(resized(fixture(name), 8000, 8000), /its \d+ bytes cannot hold 8000 × 8000 pixels/);
    refused(resized(fixture(name), 65_535, 65_535), /more than 64 megapixels/);
    refused(resized(fixture(name), 0, 8), /it is 0 × 8 pixels/);
  }
  assert.ok(process.resourceUsage().maxRSS - before < 128 << 10, 'kilobytes');
});

test('a JPEG that goes over its pixels again and again is refused', () => {
  const whole = fixture('progressive.jpg');
  const last = whole.lastIndexOf('ffda', undefined, 'hex');
  const scan = whole.subarray(last, whole.length - 2);
  const scans = Array.from({ length: 600 }, () => scan);
  refused(Buffer.concat([whole.subarray(0, -2), ...scans, whole.subarray(-2)]), /in 501 scans and more/);
  const large = resized(
    Buffer.concat([whole.subarray(0, -2), ...scans.slice(0, 60), Buffer.alloc(200_000)]),
    8000,
    8000,
  );
  refused(large, /in 32 scans and more/);
});

test('a JPEG with a second frame is refused', () => {
  const whole = fixture('rgb.jpg');
  const start = frameOf(whole);
  const frame = whole.subarray(start, start + 2 + whole.readUInt16BE(start + 2));
  refused(Buffer.concat([whole.subarray(0, start), frame, whole.subarray(start)]), /several frames/);
});

test('an image file of gigabytes is refused before it is read', async (t) => {
  const folder = temporaryDirectory(t);
  const { mkdirSync } = await import('node:fs');
  for (const name of ['a', 'b']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'b/small.png'), fixture('grey.png'));
  const large = join(folder, 'a/large.png');
  writeFileSync(large, '');
  truncateSync(large, 3e9);
  await assert.rejects(
    openImageFolder(
      {
        kind: 'image-folder',
        train: folder,
        colour: 'grey',
        testFraction: 0.5,
        splitSeed: 0,
        validation: 0,
        mean: [0],
        std: [1],
      },
      folder,
    ),
    (error: unknown) =>
      error instanceof UserError && /large\.png has 3000 MB, more than the 512 MB/.test(error.message),
  );
});
