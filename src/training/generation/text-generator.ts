import { heed, type StopRequested } from '../../base/interruption.ts';
import type { CompiledStep, Device } from '../../device/device.ts';
import type { RandomGenerator } from '../../device/random-generator.ts';
import type { Model } from '../../models/model.ts';
import { nextTokenLogits } from '../../models/next-token.ts';
import { breathe } from '../breathe.ts';
import { chooseToken, type Sampling } from './choose-token.ts';

export interface Prompt {
  /** At least one token. */
  readonly ids: ArrayLike<number>;
  /** Draws the tokens of this text alone, so that a text does not depend on those beside it. */
  readonly generator: RandomGenerator;
}

export interface GenerateOptions {
  readonly sampling: Sampling;
  /** Tokens of prompt and continuation together, at most; no more than the model's task allows. */
  readonly length: number;
  /** Ends a text; it is part of the continuation then. */
  readonly endId?: number;
  readonly stopRequested?: StopRequested;
  /** Called after each token, which all texts of the call get at once. */
  readonly onToken?: (done: number, total: number) => void;
}

/** Texts are padded to one of so many lengths, for each of which the step is compiled once. */
const mostLengths = 8;
const granularity = 8;

/**
 * Continues texts with a causal language model, all prompts of a call at once. Every token costs a pass over the text so
 * far, padded on the right to one of a few lengths: what stands behind a token does not change what it predicts.
 */
export class TextGenerator {
  readonly #model: Model;
  readonly #step: CompiledStep<'logits'>;

  constructor(device: Device, model: Model) {
    this.#model = model;
    this.#step = device.compile(({ ids, rows }) => ({
      logits: nextTokenLogits(model, { ids: ids! }, rows!),
    }));
  }

  /**
   * @returns the continuations alone, in the order of the prompts; none for a prompt that fills the length already.
   * @throws Interruption
   */
  async continue(prompts: readonly Prompt[], options: GenerateOptions): Promise<Int32Array[]> {
    const { classes, text } = this.#model.task;
    const { sampling, endId, stopRequested, onToken } = options;
    const longest = Math.min(options.length, text!.length);
    const texts = prompts.map(({ ids }) => Array.from(ids));
    const starts = texts.map(({ length }) => length);
    const growing = new Set(texts.keys());
    for (const [index, { length }] of texts.entries()) if (length >= longest) growing.delete(index);
    const total = Math.max(0, longest - Math.min(...starts));
    for (let done = 0; growing.size > 0; ) {
      if (stopRequested) heed(stopRequested);
      const logits = await this.#logits(texts, growing, longest);
      for (const index of growing) {
        const own = logits.subarray(index * classes, (index + 1) * classes);
        const token = chooseToken(own, sampling, prompts[index]!.generator);
        const tokens = texts[index]!;
        tokens.push(token);
        if (token === endId || tokens.length >= longest) growing.delete(index);
      }
      onToken?.(++done, total);
      await breathe();
    }
    return texts.map((tokens, index) => Int32Array.from(tokens.slice(starts[index])));
  }

  /** Of the token after the last of each text that grows. @returns (batch, vocabulary) */
  async #logits(
    texts: readonly (readonly number[])[],
    growing: ReadonlySet<number>,
    longest: number,
  ): Promise<Float32Array> {
    let needed = 0;
    for (const index of growing) needed = Math.max(needed, texts[index]!.length);
    const length = paddedLength(needed, longest);
    const ids = new Int32Array(texts.length * length).fill(this.#model.task.text!.padId);
    const rows = new Int32Array(texts.length);
    for (const index of growing) {
      ids.set(texts[index]!, index * length);
      rows[index] = index * length + texts[index]!.length - 1;
    }
    const { logits } = await this.#step.run({
      ids: { data: ids, shape: [texts.length, length], dtype: 'int32' },
      rows: { data: rows, shape: [texts.length], dtype: 'int32' },
    });
    return logits as Float32Array;
  }

  dispose(): void {
    this.#step.dispose();
  }
}

function paddedLength(needed: number, longest: number): number {
  const stride = granularity * Math.ceil(longest / (granularity * mostLengths));
  return Math.min(longest, stride * Math.ceil(needed / stride));
}
