import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';
import type { WeightRegistry } from '../weights.ts';
import type { Normalization } from './normalization.ts';
import { separable } from './separable.ts';

export interface MapReaderOptions {
  /** [height, width, channels] of the maps. */
  readonly shape: readonly [number, number, number];
  /** Channels of separable convolutions that the maps go through first; each halves height and width. */
  readonly bottleneck?: readonly number[];
  readonly pooling: 'flatten' | 'average';
  readonly normalization: Normalization;
}

/** What makes a vector of feature maps, for a dense layer or a classifier. */
export interface MapReader {
  /** Length of the vector. */
  readonly features: number;
  /** (batch, height, width, channels) to (batch, features). */
  read(maps: Tensor, training: boolean): Tensor;
}

/**
 * Feature maps as one vector: each averaged, or all places side by side (height, width, channels). Maps of an early
 * layer are many places of few channels, too near the pixels to be classified like that, so they may go through a
 * bottleneck first, `bottleneck.K.*` (Zhang et al. 2019).
 */
export function mapReader(
  weights: WeightRegistry,
  { shape, bottleneck = [], pooling, normalization }: MapReaderOptions,
): MapReader {
  let [height, width, channels] = shape;
  const layers = bottleneck.map((outputs, index) => {
    const layer = separable(weights, `bottleneck.${index}`, channels, outputs, normalization);
    [height, width, channels] = [Math.ceil(height / 2), Math.ceil(width / 2), outputs];
    return layer;
  });
  const features = (pooling === 'average' ? 1 : height * width) * channels;
  return {
    features,
    read(maps, training) {
      const narrow = layers.reduce((x, layer) => layer(x, training), maps);
      return pooling === 'average' ? tf.mean(narrow, [1, 2]) : tf.reshape(narrow, [-1, features]);
    },
  };
}
