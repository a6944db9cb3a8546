import '@tensorflow/tfjs-backend-cpu';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { Variable } from '@tensorflow/tfjs-core';
import type { Dataset } from '../../src/data/dataset.ts';
import { imageDataset } from '../../src/data/image-dataset.ts';
import { openDataset } from '../../src/data/open-dataset.ts';
import type { Device } from '../../src/device/device.ts';
import { eagerDevice } from '../../src/device/eager-device.ts';
import { RandomGenerator } from '../../src/device/random-generator.ts';
import { datasetSchema, type TrainingConfig, trainingSchema } from '../../src/experiment/schema/schema.ts';
import { buildModel } from '../../src/models/build-model.ts';
import type { Model } from '../../src/models/model.ts';
import { createStrategy } from '../../src/strategies/create-strategy.ts';
import type { AttachedStrategy } from '../../src/strategies/strategy.ts';
import { initializer } from '../../src/training/initialize.ts';

/** The pure JavaScript backend: slow and obviously right. */
export const openTestDevice = (): Promise<Device> => eagerDevice('cpu', 'pure JavaScript', 'cpu');

/** A folder that goes away with the test file. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'distillery-'));
  after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const side = 4;
const classes = 3;

/** Noisy images in which one row of pixels, the one of the class, is brighter: learnable, but not at once. */
export function brightRows(
  samples: { train: number; test?: number },
  options: { validation?: number; labelledSubset?: number } = {},
): Dataset {
  const generator = RandomGenerator.forUse(1, 'bright rows');
  const draw = (count: number) => {
    const labels = Uint8Array.from({ length: count }, (_, index) => index % classes);
    const pixels = new Uint8Array(count * side * side);
    for (let at = 0; at < pixels.length; at++) {
      const row = Math.floor((at % (side * side)) / side);
      const bright = row === labels[Math.floor(at / (side * side))]! ? 70 : 0;
      pixels[at] = generator.below(160) + bright;
    }
    return { pixels, labels };
  };
  return imageDataset(
    [side, side, 1],
    ['first', 'second', 'third'],
    draw(samples.train),
    draw(samples.test ?? 60),
    {
      splitSeed: 0,
      validation: options.validation ?? 0.2,
      labelledSubset: options.labelledSubset,
      mean: 0.3,
      std: 0.3,
    },
  );
}

/** Short texts of a few words, some more frequent than others, for a language model to continue. */
export function languageOfSailors(): Promise<Dataset> {
  const folder = temporaryDirectory();
  const generator = RandomGenerator.forUse(1, 'texts');
  const words = ['sea', 'ship', 'whale', 'sail', 'wind', 'deck'];
  const word = () => words[generator.below(generator.below(words.length) + 1)];
  const text = () => Array.from({ length: 12 }, word).join(' ');
  for (const [name, count] of [
    ['train', 40],
    ['test', 10],
  ] as const) {
    const lines = Array.from({ length: count }, () => JSON.stringify({ text: text() }));
    writeFileSync(join(folder, `${name}.jsonl`), lines.join('\n'));
  }
  const config = datasetSchema.parse({
    kind: 'language-model',
    train: 'train.jsonl',
    test: 'test.jsonl',
    tokenizer: { kind: 'words', minCount: 1 },
    samples: 'documents',
    length: 16,
    validation: 0.3,
  });
  return openDataset(config, folder);
}

export function smallModel(
  dataset: Dataset,
  options: { seed?: number; hidden?: number[]; dropout?: number } = {},
): Model {
  const { seed = 0, hidden = [8], dropout = 0 } = options;
  return buildModel(
    { architecture: 'mlp', hidden, dropout, inputDropout: 0, normalization: 'none' },
    dataset.task,
    RandomGenerator.forUse(seed, 'weights'),
  );
}

export const attachDirect = (student: Model): AttachedStrategy =>
  createStrategy({ kind: 'direct' }).attach({
    student,
    task: student.task,
    initialize: initializer(0),
    buildModel: () => {
      throw new Error('not used');
    },
  });

export const trainingConfig = (config: Partial<TrainingConfig> = {}): TrainingConfig =>
  trainingSchema.parse(config);

export function valuesOf(variables: ReadonlyMap<string, Variable>): Record<string, number[]> {
  return Object.fromEntries([...variables].map(([name, variable]) => [name, [...variable.dataSync()]]));
}
