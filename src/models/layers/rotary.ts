import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';
import { type YarnScaling, yarnFactor, yarnFrequencies } from './yarn.ts';

/** How positions beyond those of the training are squeezed into it. */
export type RotaryScaling =
  | { readonly kind: 'linear'; readonly factor: number }
  /** Waves change only beyond the positions of the model, and longer texts never come to it. */
  | { readonly kind: 'dynamic'; readonly factor: number }
  | {
      readonly kind: 'llama3';
      readonly factor: number;
      readonly lowFrequencyFactor: number;
      readonly highFrequencyFactor: number;
      readonly originalPositions: number;
    }
  | YarnScaling;

/** Where tokens stand: from the first position on, or at positions of their own, (batch, length) int32. */
export type Places = { readonly length: number } | { readonly positions: Tensor };

/** Rotates query and key vectors by their position, so that their product knows the distance (Su et al. 2021). */
export type Rotation = (x: Tensor) => Tensor;

/**
 * The rotation for positions 0 … length − 1; it takes (batch, heads, length, size). The two coordinates that turn together
 * lie half a vector apart, as in Hugging Face's Llama. YaRN makes vectors longer too.
 */
export function rotary(length: number, size: number, theta: number, scaling?: RotaryScaling): Rotation {
  const { cosines, sines } = waves(length, size, theta, scaling);
  return turning(cosines, sines);
}

function turning(cosines: Tensor, sines: Tensor): Rotation {
  // The transpose of a rotation is the rotation back; one that makes vectors longer makes their gradients longer too.
  return tf.customGrad((...args: unknown[]) => {
    const [x, save] = args as [Tensor, (tensors: Tensor[]) => void];
    save([cosines, sines]);
    return {
      value: rotate(x, cosines, sines),
      gradFunc: (upstream: Tensor, saved: Tensor[]) => rotate(upstream, saved[0]!, tf.neg(saved[1]!)),
    };
  });
}

/**
 * The rotation for tokens at any positions below `most`.
 * @param positions (batch, length) int32
 */
export function rotaryAt(
  positions: Tensor,
  most: number,
  size: number,
  theta: number,
  scaling?: RotaryScaling,
): Rotation {
  const [batch, length] = positions.shape as [number, number];
  const tables = waves(most, size, theta, scaling);
  const [cosines, sines] = [tables.cosines, tables.sines].map((table) =>
    tf.reshape(tf.gather(table, positions), [batch, 1, length, size / 2]),
  ) as [Tensor, Tensor];
  return turning(cosines, sines);
}

/** The rotation for tokens wherever they stand. @param waves.most positions that the model has */
export function rotaryOf(waves: {
  readonly theta: number;
  readonly scaling?: RotaryScaling | undefined;
  readonly size: number;
  readonly most: number;
}): (places: Places) => Rotation {
  const { theta, scaling, size, most } = waves;
  return (places) =>
    'positions' in places
      ? rotaryAt(places.positions, most, size, theta, scaling)
      : rotary(places.length, size, theta, scaling);
}

/** (length, size / 2) each, a row for each position. */
function waves(length: number, size: number, theta: number, scaling?: RotaryScaling) {
  const half = size / 2;
  const angles = frequencies(size, theta, scaling);
  const longer = scaling?.kind === 'yarn' ? yarnFactor(scaling) : 1;
  const table = (f: (angle: number) => number) =>
    tf.tensor2d(
      Float32Array.from(
        { length: length * half },
        (_, at) => longer * f(Math.floor(at / half) * angles[at % half]!),
      ),
      [length, half],
    );
  return { cosines: table(Math.cos), sines: table(Math.sin) };
}

function rotate(x: Tensor, cosines: Tensor, sines: Tensor): Tensor {
  const [first, second] = tf.split(x, 2, -1) as [Tensor, Tensor];
  return tf.concat(
    [
      tf.sub(tf.mul(first, cosines), tf.mul(second, sines)),
      tf.add(tf.mul(second, cosines), tf.mul(first, sines)),
    ],
    -1,
  );
}

/** Radians a position, of each pair of coordinates. */
export function frequencies(size: number, theta: number, scaling?: RotaryScaling): number[] {
  const plain = Array.from({ length: size / 2 }, (_, pair) => theta ** ((-2 * pair) / size));
  if (!scaling || scaling.kind === 'dynamic') return plain;
  if (scaling.kind === 'linear') return plain.map((frequency) => frequency / scaling.factor);
  if (scaling.kind === 'yarn') return yarnFrequencies(plain, size, theta, scaling);
  // Llama 3.1: long waves are stretched, short ones kept, and those between blended.
  const { factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalPositions } = scaling;
  return plain.map((frequency) => {
    const turns = (originalPositions * frequency) / (2 * Math.PI);
    if (turns < low) return frequency / factor;
    if (turns > high) return frequency;
    const kept = (turns - low) / (high - low);
    return frequency * (kept + (1 - kept) / factor);
  });
}
