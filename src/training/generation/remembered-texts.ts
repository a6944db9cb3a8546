import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { CompiledStep, Device, HostTensor } from '../../device/device.ts';
import { tf } from '../../device/tensorflow.ts';
import type { Memory } from '../../models/layers/memory.ts';
import type { Model } from '../../models/model.ts';
import { type GrowingTexts, lengthOf, type NextTokens, paddedLength } from './next-tokens.ts';

/** A model that keeps what its attention made of each token. */
type Remembering = Model & Required<Pick<Model, 'memory' | 'proceed'>>;

export const remembers = (model: Model): model is Remembering =>
  model.proceed !== undefined && model.memory !== undefined;

/** Places for tokens in the smallest memory; each larger one has twice as many, the largest as many as a text. */
const fewestPlaces = 16;

/** Numbers that are kept of a text as long as the model takes, in memories of all sizes together. */
export function numbersKept({ memory, task }: Remembering): number {
  let places = 0;
  for (let size = fewestPlaces; size < task.text!.length; size *= 2) places += size;
  return 2 * memory.layers * memory.heads * memory.headSize * (places + task.text!.length);
}

/** Keys and values of each layer, (batch, heads, places, headSize), of which the last places are taken. */
type Kept = readonly { readonly keys: Variable; readonly values: Variable }[];

/**
 * Every token costs itself alone: keys and values of those before it are kept on the device. Texts of a call end at the
 * same place, so that what is new is the last of each, wherever it stands in its own text; what lies before a text is
 * masked. Memories are variables of a few sizes, so that steps are compiled for these alone: a text moves on to the next
 * one as it grows. They stay for further texts until disposed of, and make way for those of another number of texts.
 */
export class RememberedTexts implements NextTokens {
  readonly #device: Device;
  readonly #model: Remembering;
  readonly #memories = new Map<number, Kept>();
  readonly #steps = new Map<string, CompiledStep<'logits'>>();
  #batch = 0;
  /** Places of the memory that holds what was read; 0: nothing was read yet. */
  #places = 0;

  constructor(device: Device, model: Remembering) {
    this.#device = device;
    this.#model = model;
  }

  begin(): void {
    this.#places = 0;
  }

  async logits(given: GrowingTexts): Promise<Float32Array> {
    const { texts, longest } = given;
    if (texts.length !== this.#batch) this.#makeRoom(texts.length);
    const needed = lengthOf(given);
    const from = this.#places;
    const to = Math.max(from, this.#placesFor(needed));
    const step = this.#step(from, to);
    const { logits } = await step.run(
      from === 0 ? this.#all(given, paddedLength(needed, longest)) : this.#newest(given, from),
    );
    this.#places = to;
    return logits as Float32Array;
  }

  /** Texts from their first token on. */
  #all({ texts, growing }: GrowingTexts, length: number): Record<string, HostTensor> {
    const ids = new Int32Array(texts.length * length).fill(this.#model.task.text!.padId);
    const positions = new Int32Array(ids.length);
    for (const index of growing) {
      const text = texts[index]!;
      const start = (index + 1) * length - text.length;
      ids.set(text, start);
      for (let at = 0; at < text.length; at++) positions[start + at] = at;
    }
    return tokens(texts.length, ids, positions, this.#mask(texts, growing, length));
  }

  /** The last token of each text. */
  #newest({ texts, growing }: GrowingTexts, places: number): Record<string, HostTensor> {
    const ids = new Int32Array(texts.length).fill(this.#model.task.text!.padId);
    const positions = new Int32Array(texts.length);
    for (const index of growing) {
      const text = texts[index]!;
      ids[index] = text.at(-1)!;
      positions[index] = text.length - 1;
    }
    return tokens(texts.length, ids, positions, this.#mask(texts, growing, places + 1));
  }

  /** 1 where a token of a text stands, which is at the end of its row; a text that has ended is its last place. */
  #mask(texts: GrowingTexts['texts'], growing: ReadonlySet<number>, length: number): Float32Array {
    const mask = new Float32Array(texts.length * length);
    for (const [index, text] of texts.entries())
      mask.fill(1, (index + 1) * length - (growing.has(index) ? text.length : 1), (index + 1) * length);
    return mask;
  }

  #placesFor(needed: number): number {
    const { length } = this.#model.task.text!;
    let places = fewestPlaces;
    while (places < needed) places *= 2;
    return Math.min(places, length);
  }

  /** Reads tokens after those in one memory, or the first ones after none, and keeps all in another or the same. */
  #step(from: number, to: number): CompiledStep<'logits'> {
    const known = this.#steps.get(`${from} ${to}`);
    if (known) return known;
    const past = from === 0 ? undefined : this.#memory(from);
    const kept = this.#memory(to);
    const step = this.#device.compile((inputs) => {
      const { ids, mask, positions } = inputs as Record<'ids' | 'mask' | 'positions', Tensor>;
      const read = this.#model.proceed({ ids, mask, positions, ...(past && { past }), predict: 'last' });
      for (const [layer, { keys, values }] of kept.entries()) {
        keys.assign(lastPlaces(read.memory[layer]!.keys, to));
        values.assign(lastPlaces(read.memory[layer]!.values, to));
      }
      return { logits: read.logits };
    });
    this.#steps.set(`${from} ${to}`, step);
    return step;
  }

  #memory(places: number): Kept {
    const known = this.#memories.get(places);
    if (known) return known;
    const { layers, heads, headSize } = this.#model.memory;
    const shape = [this.#batch, heads, places, headSize];
    const empty = () => tf.tidy(() => tf.variable(tf.zeros(shape), false));
    const memory = Array.from({ length: layers }, () => ({ keys: empty(), values: empty() }));
    this.#memories.set(places, memory);
    return memory;
  }

  #makeRoom(batch: number): void {
    this.dispose();
    this.#batch = batch;
  }

  dispose(): void {
    for (const step of this.#steps.values()) step.dispose();
    this.#steps.clear();
    for (const { keys, values } of [...this.#memories.values()].flat()) {
      keys.dispose();
      values.dispose();
    }
    this.#memories.clear();
    this.#places = 0;
  }
}

function tokens(
  batch: number,
  ids: Int32Array,
  positions: Int32Array,
  mask: Float32Array,
): Record<string, HostTensor> {
  return {
    ids: { data: ids, shape: [batch, ids.length / batch], dtype: 'int32' },
    positions: { data: positions, shape: [batch, ids.length / batch], dtype: 'int32' },
    mask: { data: mask, shape: [batch, mask.length / batch], dtype: 'float32' },
  };
}

/** As many places, the last ones of what was read, with nothing before them where there are fewer. */
function lastPlaces(read: Memory['keys'], places: number): Tensor {
  const [batch, heads, count, size] = read.shape as [number, number, number, number];
  if (count >= places) return tf.slice(read, [0, 0, count - places, 0], [batch, heads, places, size]);
  return tf.concat([tf.zeros([batch, heads, places - count, size]), read], 2);
}
