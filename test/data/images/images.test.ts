import assert from 'node:assert/strict';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { encode } from 'fast-png';
import { UserError } from '../../../src/base/user-error.ts';
import type { Split } from '../../../src/data/dataset.ts';
import { decodeImage } from '../../../src/data/images/decode-image.ts';
import { resized, withChannels } from '../../../src/data/images/pixels.ts';
import { openDataset } from '../../../src/data/open-dataset.ts';
import { datasetSchema } from '../../../src/experiment/schema/schema.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/images');
const { resized: resizings, ...pictures } = JSON.parse(
  readFileSync(join(fixtures, 'expected.json'), 'utf8'),
) as Record<string, { height: number; width: number; rgb: number[]; grey: number[] }> & {
  resized: { height: number; width: number; rgb: number[] }[];
};
const folder = mkdtempSync(join(tmpdir(), 'distillery-images-'));
after(() => rmSync(folder, { recursive: true }));

const load = (name: string) => decodeImage(readFileSync(join(fixtures, name)), name);

function within(actual: Uint8Array, expected: readonly number[], most: number, what: string): void {
  assert.equal(actual.length, expected.length, what);
  const worst = expected.reduce((off, value, at) => Math.max(off, Math.abs(value - actual[at]!)), 0);
  assert.ok(worst <= most, `${what}: off by ${worst}`);
}

for (const [name, expected] of Object.entries(pictures))
  test(`${name} is seen as Pillow sees it`, () => {
    const image = load(name);
    assert.deepEqual([image.height, image.width], [expected.height, expected.width]);
    // Decoders of JPEG may round differently.
    const most = name.endsWith('.jpg') ? 3 : 0;
    within(withChannels(image, 3).data, expected.rgb, most, 'rgb');
    within(withChannels(withChannels(image, 3), 1).data, expected.grey, most, 'grey');
  });

test('an image is made larger and smaller as Pillow does it', () => {
  for (const { height, width, rgb } of resizings)
    within(resized(load('rgb.png'), height, width).data, rgb, 1, `${height} × ${width}`);
});

describe('files that are no images', () => {
  const fails = (bytes: Uint8Array, pattern: RegExp) =>
    assert.throws(
      () => decodeImage(bytes, 'bad.png'),
      (error: unknown) => error instanceof UserError && pattern.test(error.message),
    );

  test('text', () => fails(Buffer.from('hello'), /neither PNG nor JPEG/));
  for (const name of ['rgb.png', 'rgb.jpg'])
    test(`${name}, cut off`, () => {
      const bytes = readFileSync(join(fixtures, name));
      fails(bytes.subarray(0, bytes.length / 2), /cannot be decoded/);
    });
  test('a PNG that claims to be huge is refused before memory is taken', () => {
    const bytes = Buffer.from(readFileSync(join(fixtures, 'rgb.png')));
    bytes.writeUInt32BE(1_000_000, 16);
    bytes.writeUInt32BE(1_000_000, 20);
    fails(bytes, /64 megapixels/);
  });
});

describe('a folder of images', () => {
  const put = (root: string, label: string, names: readonly string[]) => {
    mkdirSync(join(folder, root, label), { recursive: true });
    names.forEach((name, index) => {
      copyFileSync(join(fixtures, name), join(folder, root, label, `${index}-${name}`));
    });
  };
  const small = ['grey.png', 'rgb.png', 'rgba.png', 'palette.png'];
  put('train', 'cat', small);
  put('train', 'dog', small);
  put('test', 'cat', ['rgb.png']);
  put('test', 'dog', ['bits.png']);
  writeFileSync(join(folder, 'train', 'cat', 'notes.txt'), 'not an image');

  const open = (config: object) =>
    openDataset(datasetSchema.parse({ kind: 'image-folder', train: 'train', ...config }), folder);
  const fails = (config: object, pattern: RegExp) =>
    assert.rejects(
      open(config),
      (error: unknown) => error instanceof UserError && pattern.test(error.message),
    );

  test('classes are folders; pixels are normalised, each channel by its own mean and deviation', async () => {
    const dataset = await open({ test: 'test', validation: 0, mean: [0, 0.5, 1], std: [1, 2, 4] });
    assert.deepEqual(dataset.classNames, ['cat', 'dog']);
    assert.deepEqual(dataset.task, { classes: 2, image: [7, 9, 3] });
    assert.equal(dataset.train.size, 8);
    const { input, labels } = dataset.train.batch(Int32Array.of(1, 4), 2);
    assert.deepEqual([...labels.data], [0, 1]);
    const { rgb } = pictures['rgb.png']!;
    for (const at of [0, 1, 2, 100]) {
      const channel = at % 3;
      const expected = (rgb[at]! / 255 - [0, 0.5, 1][channel]!) / [1, 2, 4][channel]!;
      assert.ok(Math.abs(input.pixels!.data[at]! - expected) < 1e-6);
    }
  });

  test('a part of each class is set aside where there is no test folder', async () => {
    const dataset = await open({ testFraction: 0.25, validation: 0 });
    assert.deepEqual([dataset.train.size, dataset.test.size], [6, 2]);
    const { labels } = dataset.test.batch(Int32Array.of(0, 1), 2);
    assert.deepEqual([...labels.data], [0, 1]);
  });

  test('images in folders within a class are read; what is not read is counted and said', async () => {
    put('nested', 'cat', ['rgb.png']);
    put('nested', 'cat/young/black', ['grey.png', 'rgba.png']);
    put('nested', 'cat/.thumbnails', ['bits.png']);
    put('nested', 'dog', ['bits.png', 'palette.png']);
    const dataset = await open({ train: 'nested', test: 'test', validation: 0 });
    assert.equal(dataset.train.size, 5);
    const leftOut = ({ remarks }: typeof dataset) => remarks!.filter(({ kind }) => kind === 'data-left-out');
    assert.deepEqual(leftOut(dataset), []);
    const flat = await open({ train: 'train', test: 'test', validation: 0 });
    const greyCat = (from: typeof flat, at: number) =>
      from.train.batch(Int32Array.of(at), 1).input.pixels!.data;
    assert.deepEqual(greyCat(dataset, 1), greyCat(flat, 0));

    for (const name of ['a.webp', 'b.WEBP', 'c.bmp', 'notes.txt', '.DS_Store'])
      writeFileSync(join(folder, 'nested', 'dog', name), 'unread');
    symlinkSync(join(folder, 'train', 'cat', '0-grey.png'), join(folder, 'nested', 'dog', 'link.png'));
    symlinkSync(join(folder, 'train', 'cat'), join(folder, 'nested', 'cat', 'young', 'folder'));
    copyFileSync(join(fixtures, 'rgb.png'), join(folder, 'nested', 'stray.png'));
    const partly = await open({ train: 'nested', test: 'test', validation: 0 });
    assert.equal(partly.train.size, 5);
    assert.deepEqual(leftOut(partly), [
      {
        kind: 'data-left-out',
        message: `6 of 11 images in ${join(folder, 'nested')} are left out: 2 .webp, 2 symbolic links, 1 .bmp, 1 in no class. Only .png and .jpg files within the folders of classes are read, and links are not followed.`,
      },
    ]);

    mkdirSync(join(folder, 'linked'));
    for (const name of ['cat', 'dog']) symlinkSync(join(folder, 'train', name), join(folder, 'linked', name));
    await fails({ train: 'linked' }, /no folders.*Its 2 symbolic links are not followed/);
    mkdirSync(join(folder, 'webp', 'cat'), { recursive: true });
    put('webp', 'dog', small);
    writeFileSync(join(folder, 'webp', 'cat', 'a.webp'), 'unread');
    await fails({ train: 'webp' }, /class "cat" has no \.png or \.jpg.*Left out: 1 \.webp/);
  });

  test('images that are learned and tested both are counted, and drawn into one split only', async () => {
    const put = (root: string, label: string, shades: readonly number[]) => {
      mkdirSync(join(folder, root, label), { recursive: true });
      for (const [index, shade] of shades.entries()) {
        const png = encode({
          width: 2,
          height: 2,
          channels: 1,
          depth: 8,
          data: new Uint8Array(4).fill(shade),
        });
        writeFileSync(join(folder, root, label, `${index}.png`), png);
      }
    };
    const shades = Array.from({ length: 60 }, (_, index) => 2 * index);
    for (const [label, more] of [
      ['dark', 0],
      ['light', 128],
    ] as const) {
      put(
        'shades',
        label,
        shades.map((shade) => shade + more),
      );
      put('leaking', label, [1 + more, 3 + more, 6 + more]);
      // Every sixth stands there twice.
      put(
        'twins',
        label,
        [...shades, ...shades.filter((_, index) => index % 6 === 0)].map((one) => one + more),
      );
    }
    const { remarks } = await open({ train: 'shades', test: 'leaking', validation: 0 });
    assert.deepEqual(
      remarks!.map(({ kind, message }) => [kind, message.slice(0, 69)]),
      [['duplicate-samples', '2 of 6 test samples (33.3 %) stand among the training samples too, pi']],
    );
    for (const splitSeed of [0, 1, 2, 3]) {
      const drawn = await open({ train: 'twins', testFraction: 0.3, validation: 0.2, splitSeed });
      const pixels = (split: Split) =>
        Array.from({ length: split.size }, (_, at) =>
          split.batch(Int32Array.of(at), 1).input.pixels!.data.join(),
        );
      const [train, validation, held] = [drawn.train, drawn.validation, drawn.test].map(pixels);
      assert.equal(train!.length + validation!.length + held!.length, 140);
      const learned = new Set(train);
      assert.deepEqual(
        [...validation!, ...held!].filter((one) => learned.has(one)),
        [],
      );
      assert.deepEqual(drawn.remarks!.map(({ kind }) => kind).filter(Boolean), []);
      assert.match(drawn.remarks!.map(({ message }) => message).join(), /are learned instead/);
    }
  });

  test('grey, and brought to one size', async () => {
    put('mixed', 'a', ['rgb.png', 'rgb.jpg']);
    put('mixed', 'b', ['grey.jpg', 'grey.png']);
    const dataset = await open({ train: 'mixed', height: 6, width: 5, colour: 'grey', validation: 0 });
    assert.deepEqual(dataset.task.image, [6, 5, 1]);
    await fails({ train: 'mixed' }, /16 × 24 pixels, but the first image is 7 × 9/);
  });

  test('a class without images, a folder that is no class, one class only, no folder', async () => {
    mkdirSync(join(folder, 'holey', 'a'), { recursive: true });
    put('holey', 'b', small);
    await fails({ train: 'holey' }, /class "a" has no \.png/);
    put('strange', 'cow', small);
    await fails({ test: 'strange' }, /cow is none of the training classes cat, dog/);
    await fails({ train: 'strange' }, /a single folder/);
    await fails({ train: 'nowhere' }, /does not exist/);
  });
});

describe('CIFAR', () => {
  const record = (label: number[], red: number, green: number, blue: number) =>
    Buffer.concat([Buffer.from(label), ...[red, green, blue].map((value) => Buffer.alloc(1024, value))]);
  const write = (root: string, name: string, content: string | Buffer) => {
    mkdirSync(join(folder, root), { recursive: true });
    writeFileSync(join(folder, root, name), content);
  };
  const open = (config: object) => openDataset(datasetSchema.parse({ kind: 'cifar', ...config }), folder);
  const fails = (config: object, pattern: RegExp) =>
    assert.rejects(
      open(config),
      (error: unknown) => error instanceof UserError && pattern.test(error.message),
    );

  const names = 'plane car bird cat deer dog frog horse ship truck'.split(' ');
  write('ten', 'batches.meta.txt', `${names.join('\n')}\n\n`);
  for (let batch = 1; batch <= 5; batch++)
    write(
      'ten',
      `data_batch_${batch}.bin`,
      Buffer.concat(names.map((_, label) => record([label], label, batch, 200))),
    );
  write('ten', 'test_batch.bin', record([3], 1, 2, 3));

  test('CIFAR-10: planes become channels, in the order of the batches', async () => {
    const dataset = await open({ folder: 'ten', validation: 0, mean: [0], std: [1] });
    assert.deepEqual(dataset.classNames, names);
    assert.equal(dataset.train.size, 50);
    const { input, labels } = dataset.train.batch(Int32Array.of(27), 1);
    assert.equal(labels.data[0], 7);
    const bytes = Array.from(input.pixels!.data.subarray(0, 6), (value) => Math.round(value * 255));
    assert.deepEqual(bytes, [7, 3, 200, 7, 3, 200]);
  });

  test('CIFAR-100: fine and coarse labels', async () => {
    const all = Array.from({ length: 100 }, (_, fine) => record([Math.floor(fine / 5), fine], 0, 0, 0));
    write('hundred', 'train.bin', Buffer.concat(all));
    write('hundred', 'test.bin', record([2, 11], 0, 0, 0));
    const fine = await open({ folder: 'hundred', validation: 0 });
    assert.equal(fine.classNames.length, 100);
    assert.equal(fine.test.batch(Int32Array.of(0), 1).labels.data[0], 11);
    const coarse = await open({ folder: 'hundred', labels: 'coarse', validation: 0 });
    assert.equal(coarse.classNames.length, 20);
    assert.equal(coarse.test.batch(Int32Array.of(0), 1).labels.data[0], 2);
  });

  test('files that are missing, cut off, or hold labels out of range', async () => {
    await fails({ folder: 'nothing' }, /neither data_batch_1\.bin .* nor train\.bin/);
    write('partial', 'data_batch_1.bin', record([0], 0, 0, 0));
    await fails({ folder: 'partial' }, /data_batch_2\.bin does not exist/);
    write('cut', 'train.bin', record([0, 0], 0, 0, 0).subarray(0, 3000));
    await fails({ folder: 'cut' }, /3000 bytes/);
    write('wrong', 'train.bin', record([0, 100], 0, 0, 0));
    await fails({ folder: 'wrong' }, /Label 100 of image 0.*100 classes/);
  });
});
