import type { HostBatch } from '../../src/data/dataset.ts';
import type { RandomGenerator } from '../../src/device/random-generator.ts';
import { buildModel } from '../../src/models/build-model.ts';
import type { Model } from '../../src/models/model.ts';
import { type EncoderShape, encoder } from './encoder.ts';

/** A model and a batch size whose training step is timed. reference.py builds the same from `shape`. */
export interface Workload {
  readonly name: 'mlp' | 'cnn' | 'transformer';
  readonly title: string;
  readonly shape: Readonly<Record<string, unknown>> & { readonly batch: number };
  build(generator: RandomGenerator): Model;
  batch(generator: RandomGenerator): HostBatch;
}

const image = [28, 28, 1] as const;
const classes = 10;

const mlpShape = { batch: 128, inputs: 784, hidden: [1200, 1200], classes };
const cnnShape = { batch: 64, channels: [32, 64], dense: 128, classes };
const encoderShape = {
  batch: 32,
  layers: 4,
  width: 256,
  heads: 4,
  length: 64,
  vocabulary: 2000,
  classes,
} satisfies EncoderShape & { batch: number };

export const workloads: readonly Workload[] = [
  {
    name: 'mlp',
    title: 'MLP 784-1200-1200-10, batch 128',
    shape: mlpShape,
    build: (generator) =>
      buildModel(
        { architecture: 'mlp', hidden: mlpShape.hidden, dropout: 0, inputDropout: 0, normalization: 'none' },
        { classes, image },
        generator,
      ),
    batch: (generator) => imageBatch(mlpShape.batch, generator),
  },
  {
    name: 'cnn',
    title: 'CNN 32-64 with batch normalisation, batch 64',
    shape: cnnShape,
    build: (generator) =>
      buildModel(
        {
          architecture: 'cnn',
          channels: cnnShape.channels,
          dense: cnnShape.dense,
          dropout: 0,
          pooling: 'flatten',
          normalization: 'batch',
        },
        { classes, image },
        generator,
      ),
    batch: (generator) => imageBatch(cnnShape.batch, generator),
  },
  {
    name: 'transformer',
    title: 'Transformer encoder, 4 layers of 256, length 64, batch 32',
    shape: encoderShape,
    build: (generator) => encoder(encoderShape, generator),
    batch: (generator) => textBatch(encoderShape, generator),
  },
];

function imageBatch(size: number, generator: RandomGenerator): HostBatch {
  const pixels = Float32Array.from({ length: size * 28 * 28 }, () => generator.uniform());
  return batchOf(size, { pixels: { data: pixels, shape: [size, ...image], dtype: 'float32' } }, generator);
}

function textBatch(
  { batch, length, vocabulary }: typeof encoderShape,
  generator: RandomGenerator,
): HostBatch {
  const ids = Int32Array.from({ length: batch * length }, () => generator.below(vocabulary));
  const mask = new Float32Array(batch * length).fill(1);
  const shape = [batch, length];
  return batchOf(
    batch,
    { ids: { data: ids, shape, dtype: 'int32' }, mask: { data: mask, shape, dtype: 'float32' } },
    generator,
  );
}

function batchOf(size: number, input: HostBatch['input'], generator: RandomGenerator): HostBatch {
  return {
    input,
    labels: {
      data: Int32Array.from({ length: size }, () => generator.below(classes)),
      shape: [size],
      dtype: 'int32',
    },
    weights: { data: new Float32Array(size).fill(1), shape: [size], dtype: 'float32' },
    sampleIds: Int32Array.from({ length: size }, (_, index) => index),
  };
}
