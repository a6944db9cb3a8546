import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../src/base/user-error.ts';
import { cifarClasses, cifarFiles, openCifar } from '../../src/data/images/cifar.ts';
import { imageSize } from '../../src/data/images/image-size.ts';
import { fileTokenizer } from '../../src/data/text/tokenizers/file-tokenizer.ts';
import { readExperimentText } from '../../src/experiment/parsing/load.ts';
import { checkpointHash } from '../../src/models/checkpoint/checkpoint-hash.ts';
import { CheckpointWeights, indexFile, weightsFile } from '../../src/models/checkpoint/checkpoint-weights.ts';
import { readModelConfig } from '../../src/models/checkpoint/read-model-config.ts';
import { SafetensorsFile } from '../../src/models/checkpoint/safetensors.ts';

/** Each reads a file that an experiment names, or one in a folder that it names. */
const readers: Record<string, { name: string; read: (file: string) => Promise<unknown>; bounded?: true }> = {
  experiment: { name: 'a.distill.json', read: readExperimentText, bounded: true },
  'model configuration': {
    name: 'config.json',
    read: (file) => readModelConfig(dirname(file)),
    bounded: true,
  },
  'index of weights': {
    name: indexFile,
    read: (file) => CheckpointWeights.open(dirname(file)),
    bounded: true,
  },
  weights: { name: weightsFile, read: SafetensorsFile.open },
  'weights to be hashed': { name: 'config.json', read: (file) => checkpointHash(dirname(file)) },
  tokenizer: { name: 'tokenizer.json', read: fileTokenizer, bounded: true },
  'size of an image': { name: 'a.png', read: imageSize },
};

const spoil: Record<string, (file: string) => void> = {
  'a pipe that nobody writes to': (file) => execFileSync('mkfifo', [file]),
  'a device without an end': (file) => symlinkSync('/dev/zero', file),
  'far too long': (file) => {
    writeFileSync(file, '');
    truncateSync(file, 3 * 2 ** 30);
  },
};

/** What another kind of file than expected leads to: an error for people that names it, and soon. */
async function refused(read: Promise<unknown>, file: string): Promise<void> {
  await assert.rejects(read, (error) => {
    assert.ok(error instanceof UserError, String((error as Error).stack));
    assert.ok(`${error.message} ${error.place}`.includes(basename(file)), error.message);
    assert.ok(error.remedy);
    return true;
  });
}

test('a pipe, a device or gigabytes in the place of a file that is read whole are refused', async (context) => {
  if (process.platform === 'win32') return;
  const place = mkdtempSync(join(tmpdir(), 'distillery-named-'));
  context.after(() => rmSync(place, { recursive: true }));
  for (const [what, { name, read, bounded }] of Object.entries(readers))
    for (const [how, put] of Object.entries(spoil)) {
      if (how === 'far too long' && !bounded) continue;
      const folder = join(place, `${what} ${how}`);
      mkdirSync(folder);
      put(join(folder, name));
      await refused(read(join(folder, name)), name);
    }
});

test('so they are among the images of CIFAR', async (context) => {
  if (process.platform === 'win32') return;
  const place = mkdtempSync(join(tmpdir(), 'distillery-named-'));
  context.after(() => rmSync(place, { recursive: true }));
  writeFileSync(join(place, 'test_batch.bin'), Buffer.alloc(3073));
  for (let batch = 1; batch <= 5; batch++)
    writeFileSync(join(place, `data_batch_${batch}.bin`), Buffer.alloc(3073));
  execFileSync('mkfifo', [join(place, 'batches.meta.txt')]);
  const config = { kind: 'cifar', folder: '.', labels: 'fine' } as unknown as Parameters<typeof openCifar>[0];
  // Names that cannot be read are numbers.
  assert.deepEqual((await cifarClasses(await cifarFiles(config, place))).slice(0, 2), ['0', '1']);
  rmSync(join(place, 'data_batch_3.bin'));
  execFileSync('mkfifo', [join(place, 'data_batch_3.bin')]);
  await refused(openCifar(config, place), 'data_batch_3.bin');
});
