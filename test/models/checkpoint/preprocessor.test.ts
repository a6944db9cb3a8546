import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../../src/base/user-error.ts';
import {
  otherPixels,
  preprocessorFile,
  preprocessorName,
  readPixelScale,
} from '../../../src/models/checkpoint/preprocessor.ts';
import { temporaryFolder } from '../../checks/support.ts';
import { ownModules, pythonWith } from '../../machine/python.ts';

/** How a model whose preprocessor_config.json says this saw pixels. */
async function read(content: unknown) {
  const folder = await temporaryFolder();
  await writeFile(
    join(folder, preprocessorName),
    typeof content === 'string' ? content : JSON.stringify(content),
  );
  return readPixelScale(folder);
}

/** What a model sees of a pixel. */
const seen = ({ mean, std }: { mean: readonly number[]; std: readonly number[] }, pixel: number) =>
  (pixel / 255 - mean[0]!) / std[0]!;

test('how a checkpoint saw pixels is read as transformers scales them', async () => {
  const half = { image_mean: [0.5, 0.5, 0.5], image_std: [0.25, 0.25, 0.25] };
  // Files of older versions do not say that pixels are divided by 255; they are.
  assert.deepEqual(
    await read({ do_normalize: true, feature_extractor_type: 'ViTFeatureExtractor', ...half }),
    {
      mean: half.image_mean,
      std: half.image_std,
    },
  );
  for (const [content, expected] of [
    [{ ...half, do_rescale: false }, (200 - 0.5) / 0.25],
    [{ ...half, rescale_factor: 1 / 127.5 }, (200 / 127.5 - 0.5) / 0.25],
    [{ ...half, do_normalize: false }, 200 / 255],
    [{ ...half, do_normalize: false, do_rescale: false }, 200],
  ] as const) {
    const value = seen((await read(content))!, 200);
    assert.ok(Math.abs(value - expected) <= 1e-9 * expected, `${value}, expected ${expected}`);
  }
});

test('where nothing says how pixels were scaled, nothing is made up', async () => {
  assert.equal(await readPixelScale(await temporaryFolder()), undefined);
  assert.equal(await read({ do_normalize: true }), undefined);
  assert.equal(await read({ image_mean: [0.5], image_std: [0] }), undefined);
});

test('a broken file is an error that names it', async () => {
  for (const content of [
    '{',
    '[]',
    'null',
    { image_mean: 'half' },
    { rescale_factor: -1 },
    { image_mean: [] },
  ])
    await assert.rejects(read(content), (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, /preprocessor_config\.json/);
      return true;
    });
});

test('what is written for a dataset is read again, with a number for each channel', async () => {
  const task = { classes: 3, image: [8, 6, 3] } as const;
  const pixelScale = { mean: [0.1307], std: [0.3081] };
  const text = preprocessorFile({ task }, { pixelScale }).get(preprocessorName)!;
  const written = JSON.parse(text);
  assert.deepEqual(written.size, { height: 8, width: 6 });
  assert.deepEqual(await read(text), { mean: [0.1307, 0.1307, 0.1307], std: [0.3081, 0.3081, 0.3081] });
  const texts = { classes: 2, text: { goal: 'classification', vocabulary: 9, length: 4, padId: 0 } } as const;
  assert.equal(preprocessorFile({ task: texts }, {}).size, 0);
});

test('scales are held against each other channel by channel, and what only rounds is the same', () => {
  const one = { mean: [0.5], std: [0.5] };
  const differ = (other: typeof one, channels = 3) =>
    otherPixels('The teacher', other, one, channels) !== undefined;
  assert.ok(!differ({ mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] }));
  assert.ok(!differ({ mean: [0.501], std: [0.499] }));
  assert.ok(differ({ mean: [0.5, 0.5, 0.4], std: [0.5] }));
  assert.ok(differ({ mean: [0.5], std: [0.45] }));
  assert.equal(otherPixels('The teacher', undefined, one, 3), undefined);
  assert.equal(otherPixels('The teacher', one, undefined, 3), undefined);
});

const { python, skip } = pythonWith(...ownModules);

test('transformers scales images by it as the dataset does', { skip }, async () => {
  const pixelScale = { mean: [0.4914, 0.4822, 0.4465], std: [0.247, 0.2435, 0.2616] };
  for (const channels of [1, 3]) {
    const folder = await temporaryFolder();
    const task = { classes: 2, image: [6, 5, channels] } as const;
    await writeFile(
      join(folder, preprocessorName),
      preprocessorFile({ task }, { pixelScale }).get(preprocessorName)!,
    );
    const data = Array.from({ length: channels * 30 }, (_, at) => (at * 37) % 256);
    const { stdout, stderr, status } = spawnSync(
      python,
      [join(import.meta.dirname, '../../reference/preprocessor.py'), folder],
      { input: JSON.stringify({ shape: [channels, 6, 5], data }), encoding: 'utf8' },
    );
    assert.equal(status, 0, stderr);
    const theirs = JSON.parse(stdout) as { shape: number[]; data: number[] };
    assert.deepEqual(theirs.shape, [1, channels, 6, 5]);
    for (const [at, pixel] of data.entries()) {
      const channel = Math.floor(at / 30);
      const ours = (pixel / 255 - pixelScale.mean[channel]!) / pixelScale.std[channel]!;
      assert.ok(Math.abs(theirs.data[at]! - ours) < 1e-5, `${theirs.data[at]} for ${ours}`);
    }
  }
});
