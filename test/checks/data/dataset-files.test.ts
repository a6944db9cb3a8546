import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readIdxShape } from '../../../src/data/idx-shape.ts';
import type { Problem } from '../../../src/experiment/parsing/problem.ts';
import { check, datasetFolder, idx, images, labels, temporaryFolder } from '../support.ts';

/** The only problem, its messages without the folder's name. */
async function only(problems: Promise<Problem[]>, folder: string): Promise<[string, string, string, string]> {
  const all = await problems;
  assert.equal(all.length, 1, JSON.stringify(all));
  const { code, path, message, remedy, severity } = all[0]!;
  assert.equal(severity, 'error');
  return [code, path.join('.'), message.replaceAll(`${folder}/`, ''), remedy!];
}

test('a sound dataset has no problems, plain or compressed', async () => {
  assert.deepEqual(await check(await datasetFolder()), []);
  const packed = await datasetFolder({
    'train-images': gzipSync(images(60)),
    'test-labels': gzipSync(labels(12)),
  });
  assert.deepEqual(await check(packed), []);
});

test('a missing file is named at its path, with its neighbour as the remedy', async () => {
  const folder = await datasetFolder();
  const problems = await check(folder, {}, { train: { images: 'train-imags', labels: 'train-labels' } });
  assert.deepEqual(problems[0]?.fix, {
    title: 'Change to "train-images"',
    path: ['dataset', 'train', 'images'],
    value: 'train-images',
  });
  assert.deepEqual(await only(Promise.resolve(problems), folder), [
    'file-missing',
    'dataset.train.images',
    'train-imags does not exist.',
    'Did you mean "train-images"?',
  ]);
  const nowhere = check(folder, {}, { test: { images: 'data/t', labels: 'test-labels' } });
  assert.deepEqual(await only(nowhere, folder), [
    'file-missing',
    'dataset.test.images',
    'data/t does not exist.',
    'Correct the path, or put the file there.',
  ]);
});

test('a file that is there compressed is found', async () => {
  const folder = await datasetFolder({ 'sub/i.gz': gzipSync(images(60)) });
  const problems = await check(folder, {}, { train: { images: './sub/i', labels: 'train-labels' } });
  assert.equal(problems[0]?.remedy, 'Did you mean "sub/i.gz"?');
});

test('folders, pipes and files that may not be read are refused', async () => {
  const folder = await datasetFolder();
  await mkdir(join(folder, 'sub'));
  assert.deepEqual(
    await only(check(folder, {}, { train: { images: 'sub', labels: 'train-labels' } }), folder),
    ['file', 'dataset.train.images', 'sub is a folder, not a file.', 'Name a file in it.'],
  );
  if (spawnSync('mkfifo', [join(folder, 'pipe')]).status === 0)
    for (const kind of ['images', 'labels'] as const) {
      const train = { images: 'train-images', labels: 'train-labels', [kind]: 'pipe' };
      assert.equal((await only(check(folder, {}, { train }), folder))[2], 'pipe is not a file.');
    }
  if (process.getuid?.() === 0) return; // Root may read all.
  await chmod(join(folder, 'train-images'), 0);
  assert.match((await only(check(folder), folder))[2], /may not be opened by you/);
});

const headers: [string, Uint8Array, string][] = [
  ['an empty file', new Uint8Array(), 'train-images is empty.'],
  [
    'text',
    Buffer.from('label,pixel\n1,2\n'),
    'train-images is no IDX file: it begins with the bytes 6c 61 62 65.',
  ],
  [
    'floats',
    Uint8Array.of(0, 0, 13, 1, 0, 0, 0, 0),
    'train-images holds 32-bit floats; images and labels must be unsigned bytes (0x08).',
  ],
  [
    'half a header',
    Uint8Array.of(0, 0, 8, 3, 0, 0),
    'train-images is truncated: its header of 16 bytes ends after 6.',
  ],
  [
    'too few images',
    images(60).subarray(0, 3000),
    'train-images is truncated: its header says 60 × 8 × 8 = 3840 bytes, but 2984 follow.',
  ],
  [
    'too few images, compressed',
    gzipSync(images(60).subarray(0, 3000)),
    'train-images is truncated: its header says 60 × 8 × 8 = 3840 bytes, but 2984 follow.',
  ],
  [
    'too many bytes',
    Buffer.concat([images(60), Buffer.alloc(1)]),
    'train-images is longer than its header says: 60 × 8 × 8 = 3840 bytes, but more follow.',
  ],
  [
    'labels in place of images',
    labels(60),
    'train-images has 1 dimension (60); images (count, height, width) have 3.',
  ],
  ['no images', images(0), 'train-images holds no samples (0 × 8 × 8).'],
];

for (const [title, content, message] of headers)
  test(`images: ${title}`, async () => {
    const folder = await datasetFolder({ 'train-images': content });
    const [, path, found, remedy] = await only(check(folder), folder);
    assert.deepEqual([path, found], ['dataset.train.images', message]);
    assert.ok(remedy.length > 0);
  });

test('a gzip file that is cut off is found without unpacking whole ones', async () => {
  const noise = idx(
    [60, 8, 8],
    Array.from({ length: 3840 }, (_, index) => (index * index * 7919) % 251),
  );
  const whole = gzipSync(noise);
  const folder = await datasetFolder({ 'train-images': whole.subarray(0, whole.length - 20) });
  assert.match((await only(check(folder), folder))[2], /^train-images is a damaged gzip file/);
  const file = join(folder, 'whole.gz');
  await writeFile(file, whole);
  assert.deepEqual(await readIdxShape(file), { shape: [60, 8, 8] });
});

test('gzip files of several members are read like any other', async () => {
  const bytes = images(60);
  const file = join(await temporaryFolder(), 'two.gz');
  await writeFile(file, Buffer.concat([gzipSync(bytes.subarray(0, 1000)), gzipSync(bytes.subarray(1000))]));
  assert.deepEqual((await readIdxShape(file)).shape, [60, 8, 8]);
});

test('numbers of images and labels that differ are both named', async () => {
  const folder = await datasetFolder({ 'test-labels': labels(11) });
  assert.deepEqual(await only(check(folder), folder), [
    'file',
    'dataset.test.labels',
    'test-images holds 12 images, but test-labels holds 11 labels.',
    'Name files that belong together: one label per image, in the same order.',
  ]);
});

test('test images of another size are refused', async () => {
  const folder = await datasetFolder({ 'test-images': images(12, 8, 9) });
  assert.deepEqual(await only(check(folder), folder), [
    'file',
    'dataset.test.images',
    'Training images are 8 × 8 pixels, but those of test-images are 8 × 9.',
    'Bring all images to one size.',
  ]);
});

test('labels: one class, a class without samples, a class unknown to training', async () => {
  const one = await datasetFolder({ 'train-labels': labels(60, 1) });
  assert.match((await only(check(one), one))[2], /^Every label in train-labels is 0; telling classes apart/);
  const gap = await datasetFolder({
    'train-labels': idx(
      [60],
      Array.from({ length: 60 }, (_, index) => (index % 2) * 2),
    ),
  });
  assert.match((await only(check(gap), gap))[2], /^Class 1 has no training sample/);
  const unknown = await datasetFolder({ 'test-labels': labels(12, 4) });
  const [, path, message] = await only(check(unknown), unknown);
  assert.equal(path, 'dataset.test.labels');
  assert.equal(
    message,
    'Label 3 of sample 3 in test-labels is out of range: the training labels know classes 0 to 2.',
  );
});

test('several files are checked at once', async () => {
  const folder = await datasetFolder({ 'train-images': '', 'test-labels': '' });
  assert.deepEqual(
    (await check(folder)).map(({ path }) => path.join('.')),
    ['dataset.train.images', 'dataset.test.labels'],
  );
});

test('MNIST is found in its package', async () => {
  assert.deepEqual(await check(await temporaryFolder(), { dataset: { kind: 'mnist' } }), []);
});
