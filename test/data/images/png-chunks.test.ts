import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { crc32, createDeflate, deflateSync } from 'node:zlib';
import { UserError } from '../../../src/base/user-error.ts';
import { decodeImage } from '../../../src/data/images/decode-image.ts';
import { pixelChunks } from '../../../src/data/images/png-chunks.ts';

const signature = Buffer.from('89504e470d0a1a0a', 'hex');

function chunk(type: string, data: Uint8Array): Buffer {
  const whole = Buffer.alloc(12 + data.length);
  whole.writeUInt32BE(data.length, 0);
  whole.write(type, 4, 'latin1');
  whole.set(data, 8);
  whole.writeUInt32BE(crc32(whole.subarray(4, -4)), 8 + data.length);
  return whole;
}

/** Grey of 8 bits, unless other bits and color type are given. */
function header(width: number, height: number, last = [8, 0, 0, 0, 0]): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data.set(last, 8);
  return chunk('IHDR', data);
}

const png = (...chunks: readonly Buffer[]) =>
  Buffer.concat([signature, ...chunks, chunk('IEND', Buffer.alloc(0))]);
/** 4 × 4 pixels: a filter byte and four samples a row. */
const pixels = deflateSync(Uint8Array.from({ length: 20 }, (_, index) => (index % 5 === 0 ? 0 : index)));
const whole = [header(4, 4), chunk('IDAT', pixels)] as const;

/** Half a gigabyte of zeros, in half a megabyte. */
async function makeBomb(): Promise<Buffer> {
  const deflate = createDeflate();
  const piece = Buffer.alloc(1 << 20);
  const packed: Buffer[] = [];
  deflate.on('data', (bytes: Buffer) => packed.push(bytes));
  for (let count = 0; count < 512; count++) await new Promise((next) => deflate.write(piece, next));
  await new Promise((ended) => deflate.once('end', ended).end());
  return Buffer.concat(packed);
}

/** Packing takes longer than to see through it. */
let made: Promise<Buffer> | undefined;
const bomb = () => {
  made ??= makeBomb();
  return made;
};

const refused = (bytes: Uint8Array, pattern: RegExp) =>
  assert.throws(
    () => decodeImage(bytes, 'bad.png'),
    (error: unknown) =>
      error instanceof UserError && error.message.startsWith('bad.png') && pattern.test(error.message),
  );

describe('a small PNG takes no more memory than its header promises', () => {
  /** Most memory that the process ever took, in bytes. */
  const peak = () => process.resourceUsage().maxRSS * 1024;
  const small = async (look: (packed: Buffer) => void) => {
    const packed = await bomb();
    const before = peak();
    look(packed);
    assert.ok(peak() - before < 128 << 20, `${(peak() - before) >> 20} MiB`);
  };

  test('where its image data unpacks to gigabytes', () =>
    small((packed) =>
      refused(png(header(4, 4), chunk('IDAT', packed)), /unpacks to more than its header promises/),
    ));

  test('where a second header promises more than the first', () =>
    small((packed) =>
      refused(png(header(4, 4), header(20_000, 20_000), chunk('IDAT', packed)), /several IHDR/),
    ));

  test('where its color profile or a text unpacks to gigabytes; both are left out', () =>
    small((packed) => {
      // Memory that was taken once is not taken again, so that alone would prove little.
      const kept = (...chunks: readonly Buffer[]) => pixelChunks(png(whole[0], ...chunks, whole[1]));
      const profile = chunk('iCCP', Buffer.concat([Buffer.from('name\0\0'), packed]));
      const text = chunk('zTXt', Buffer.concat([Buffer.from('name\0\0'), packed]));
      assert.deepEqual(kept(profile, text), kept());
      assert.deepEqual(
        decodeImage(png(whole[0], profile, text, whole[1]), 'good.png'),
        decodeImage(png(...whole), 'good.png'),
      );
    }));

  test('where 16 bits a sample make megapixels of hundreds of megabytes', () =>
    small((packed) =>
      refused(
        png(header(8000, 8000, [16, 6, 0, 0, 0]), chunk('IDAT', packed)),
        /its pixels take 512 MB, more than 256/,
      ),
    ));
});

test('a PNG without all that its header promises is refused', () => {
  refused(png(header(4, 5), whole[1]), /its pixels end after 20 of 25 bytes/);
  refused(png(header(0, 0), whole[1]), /it is 0 × 0 pixels/);
  refused(png(whole[1], whole[0]), /does not begin with a header/);
  refused(png(header(4, 4, [8, 5, 0, 0, 0]), whole[1]), /8 bits of color type 5/);
  const damaged = png(...whole);
  damaged[damaged.length - 20]! ^= 1;
  refused(damaged, /CRC of its chunk IDAT/);
});

test('the rows of an interlaced PNG are counted pass by pass', () => {
  const [width, height] = [5, 3];
  const value = (x: number, y: number) => 10 * y + x;
  const rows: number[] = [];
  // The pixels of the seven passes, as table 13 of the specification shows them.
  const order = [
    '16462646',
    '77777777',
    '56565656',
    '77777777',
    '36463646',
    '77777777',
    '56565656',
    '77777777',
  ];
  for (let pass = 1; pass <= 7; pass++)
    for (let y = 0; y < height; y++) {
      const row = [...Array(width).keys()].filter((x) => order[y]![x] === String(pass));
      if (row.length > 0) rows.push(0, ...row.map((x) => value(x, y)));
    }
  const file = png(header(width, height, [8, 0, 0, 0, 1]), chunk('IDAT', deflateSync(Uint8Array.from(rows))));
  const seen = decodeImage(file, 'interlaced.png');
  const expected = Array.from({ length: width * height }, (_, at) =>
    value(at % width, Math.floor(at / width)),
  );
  assert.deepEqual([...seen.data], expected);
});
