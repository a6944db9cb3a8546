import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, gzipSync } from 'node:zlib';
import { type Parser, promise } from '../parser.ts';

export const parquet: Parser = {
  name: 'parquet',
  ending: '.parquet',
  form: 'bytes',
  block: 800,
  words: [
    'PAR1',
    'text',
    'label',
    Buffer.from([0x15, 0x02]),
    Buffer.from([0x19, 0x1c]),
    Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f]),
  ],
  async open(folder, root) {
    const { readRows } = await import('../../../../src/data/text/rows/rows.ts');
    const { parquetClassNames } = await import('../../../../src/data/text/parquet/parquet-classes.ts');
    const file = join(folder, 'input.parquet');
    return {
      seeds: ['gaps', 'class-labels'].map((name) =>
        readFileSync(join(root, `test/fixtures/text/${name}.parquet`)),
      ),
      async read(input) {
        writeFileSync(file, input);
        await parquetClassNames(file, 'label');
        let rows = 0;
        for await (const { place } of readRows(file, ['text'])) {
          rows++;
          promise(place === `row ${rows}`, `row ${rows} has the place ${place}`);
        }
        return rows > 0 ? 'rows' : 'none';
      },
    };
  },
};

const idxOf = (shape: readonly number[], fill = 7) => {
  const head = Buffer.alloc(4 + 4 * shape.length);
  head.writeUInt32BE(0x800 + shape.length);
  for (const [index, size] of shape.entries()) head.writeUInt32BE(size, 4 + 4 * index);
  return Buffer.concat([
    head,
    Buffer.alloc(
      shape.reduce((product, size) => product * size, 1),
      fill,
    ),
  ]);
};

export const idx: Parser = {
  name: 'idx',
  ending: '.idx',
  form: 'bytes',
  block: 6000,
  words: [Buffer.from([0, 0, 8, 3]), Buffer.from([0x1f, 0x8b, 8, 0])],
  async open(folder) {
    const { readIdx } = await import('../../../../src/data/idx.ts');
    const file = join(folder, 'input.idx');
    const plain = [idxOf([4, 3, 2]), idxOf([5]), idxOf([2, 2, 2, 2])];
    return {
      seeds: [...plain, ...plain.map((seed) => gzipSync(seed))],
      repair: (input, pick) => (input[0] !== 0x1f && pick(4) === 0 ? gzipSync(input) : input),
      async read(input) {
        writeFileSync(file, input);
        const { shape, data } = await readIdx(file);
        promise(
          data.length === shape.reduce((product, size) => product * size, 1),
          'shape and data disagree',
        );
        return `rank ${shape.length}`;
      },
    };
  },
};

/** Images of several formats, of which two are read. */
const image = (
  name: string,
  ending: string,
  block: number,
  seeds: (root: string) => readonly Buffer[],
): Parser => ({
  name,
  ending,
  form: 'bytes',
  block,
  words: [
    'IHDR',
    'IDAT',
    'PLTE',
    'tRNS',
    'IEND',
    'iCCP',
    Buffer.from([0xff, 0xc0]),
    Buffer.from([0xff, 0xc4]),
    Buffer.from([0xff, 0xda]),
  ],
  async open(folder, root) {
    const { decodeImage } = await import('../../../../src/data/images/decode-image.ts');
    const { imageSize } = await import('../../../../src/data/images/image-size.ts');
    const file = join(folder, `input${ending}`);
    return {
      seeds: seeds(root),
      repair: (input, pick) => (name === 'png' && pick(4) > 0 ? withChecksums(input) : input),
      async read(input) {
        writeFileSync(file, input);
        const told = await imageSize(file);
        const { height, width, channels, data } = decodeImage(input, file);
        promise(data.length === height * width * channels, 'size and pixels of an image disagree');
        promise(
          told?.height === height && told.width === width,
          'an image has another size than its head says',
        );
        return `${channels} channels`;
      },
    };
  },
});

const fixtures = (root: string, names: readonly string[]) =>
  names.map((name) => readFileSync(join(root, 'test/fixtures/images', name)));

export const png = image('png', '.png', 1500, (root) =>
  fixtures(root, [
    'rgb.png',
    'rgba.png',
    'grey.png',
    'grey-alpha.png',
    'palette.png',
    'bits.png',
    'deep.png',
  ]),
);
export const jpeg = image('jpeg', '.jpg', 400, (root) =>
  fixtures(root, ['rgb.jpg', 'grey.jpg', 'progressive.jpg']),
);
/** A head of each format that people keep images in and that is refused. */
export const otherImages = image('other images', '.png', 4000, () =>
  [
    'BM',
    'GIF89a',
    'RIFF\0\0\0\0WEBPVP8 ',
    'II*\0',
    'MM\0*',
    '\0\0\0 ftypavif',
    'P6\n2 2\n255\n',
    '<svg/>',
    '\x89PNG\r\n\x1a\n',
    '\xff\xd8\xff\xe0',
  ].map((head) => Buffer.concat([Buffer.from(head, 'latin1'), Buffer.alloc(60, 3)])),
);

/** With a right checksum in each chunk, without which nothing of it would be read. */
function withChecksums(input: Buffer): Buffer {
  const whole = Buffer.from(input);
  for (let at = 8; at + 12 <= whole.length; ) {
    const end = at + 8 + whole.readUInt32BE(at);
    if (end + 4 > whole.length) break;
    whole.writeUInt32BE(crc32(whole.subarray(at + 4, end)), end);
    at = end + 4;
  }
  return whole;
}
