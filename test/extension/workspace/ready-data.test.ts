import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { bringDigits, digits } from '../../../extension/workspace/ready-data.ts';
import { checkExperiment } from '../../../src/checks/check.ts';
import { experimentTemplate, templateDataset } from '../../../src/experiment/editing/template.ts';

/** As build/sample.mjs makes them, but of two classes with ten images each. */
async function sampleProject(folder: string): Promise<void> {
  await mkdir(join(folder, 'data'), { recursive: true });
  const idx = (shape: number[], bytes: Uint8Array) => {
    const header = Buffer.alloc(4 + 4 * shape.length);
    header.set([0, 0, 8, shape.length]);
    for (const [axis, size] of shape.entries()) header.writeUInt32BE(size, 4 + 4 * axis);
    return gzipSync(Buffer.concat([header, bytes]));
  };
  for (const [part, first] of [
    ['train', 0],
    ['test', 100],
  ] as const) {
    const pixels = Uint8Array.from({ length: 20 * 28 * 28 }, (_, index) => (index * 7 + first) % 251);
    await writeFile(join(folder, `data/${part}-images-idx3-ubyte.gz`), idx([20, 28, 28], pixels));
    await writeFile(
      join(folder, `data/${part}-labels-idx1-ubyte.gz`),
      idx(
        [20],
        Uint8Array.from({ length: 20 }, (_, index) => index % 2),
      ),
    );
  }
}

test('a new experiment where no data is comes with digits that can be opened, and keeps files that are there', async () => {
  const root = await mkdtemp(join(tmpdir(), 'distillery-ready-'));
  try {
    const sample = join(root, 'sample');
    const directory = join(root, 'folder');
    await sampleProject(sample);
    await bringDigits(sample, directory);
    const file = join(directory, 'response.distill.json');
    assert.equal(templateDataset('response'), 'mnist');
    const problems = await checkExperiment(experimentTemplate('response', 'first', digits), file);
    assert.deepEqual(
      problems.filter(({ severity }) => severity === 'error'),
      [],
    );
    const labels = join(directory, 'data/digits/test-labels-idx1-ubyte.gz');
    await writeFile(labels, 'mine');
    await bringDigits(sample, directory);
    assert.equal(await readFile(labels, 'utf8'), 'mine');
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
