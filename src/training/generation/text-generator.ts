import { heed, type StopRequested } from '../../base/interruption.ts';
import type { Device } from '../../device/device.ts';
import type { RandomGenerator } from '../../device/random-generator.ts';
import type { Model } from '../../models/model.ts';
import { deviceFor } from '../apart-device.ts';
import { breathe } from '../breathe.ts';
import { chooseToken, type Sampling } from './choose-token.ts';
import type { NextTokens } from './next-tokens.ts';
import { RememberedTexts, remembers } from './remembered-texts.ts';
import { WholeTexts } from './whole-texts.ts';

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
  /** Most tokens of a continuation; left out: as many as fit. */
  readonly mostNew?: number;
  /** Ends a text; it is part of the continuation then. */
  readonly endId?: number;
  readonly stopRequested?: StopRequested;
  /** Called after each token, which all texts of the call get at once. */
  readonly onToken?: (done: number, total: number) => void;
}

/**
 * Continues texts with a causal language model, all prompts of a call at once; one call at a time. Models that keep what
 * they read of a text read each token once; others read the text so far for every token. Both lead to the same logits but
 * for rounding, which can tell only tokens that are as likely as each other.
 */
export class TextGenerator {
  readonly #model: Model;
  readonly #next: NextTokens;

  /** @param options.remember false: every token costs a pass over its text, as a yardstick for tests and measurements */
  constructor(device: Device, model: Model, { remember = true } = {}) {
    this.#model = model;
    this.#next =
      remember && !device.frozen && remembers(model)
        ? new RememberedTexts(device, model)
        : new WholeTexts(deviceFor(device, model), model);
  }

  /**
   * @returns the continuations alone, in the order of the prompts; none for a prompt that fills the length already.
   * @throws Interruption
   */
  async continue(prompts: readonly Prompt[], options: GenerateOptions): Promise<Int32Array[]> {
    const { classes, text } = this.#model.task;
    const { sampling, mostNew = Number.POSITIVE_INFINITY, endId, stopRequested, onToken } = options;
    const longest = Math.min(options.length, text!.length);
    const texts = prompts.map(({ ids }) => Array.from(ids));
    const starts = texts.map(({ length }) => length);
    const growing = new Set(texts.keys());
    for (const [index, { length }] of texts.entries()) if (length >= longest) growing.delete(index);
    const total = Math.max(0, Math.min(mostNew, longest - Math.min(...starts)));
    this.#next.begin();
    for (let done = 0; growing.size > 0; ) {
      if (stopRequested) heed(stopRequested);
      const logits = await this.#next.logits({ texts, growing, longest });
      for (const index of growing) {
        const own = logits.subarray(index * classes, (index + 1) * classes);
        const token = chooseToken(own, sampling, prompts[index]!.generator);
        const tokens = texts[index]!;
        tokens.push(token);
        const written = tokens.length - starts[index]!;
        if (token === endId || tokens.length >= longest || written >= mostNew) growing.delete(index);
      }
      onToken?.(++done, total);
      await breathe();
    }
    return texts.map((tokens, index) => Int32Array.from(tokens.slice(starts[index])));
  }

  dispose(): void {
    this.#next.dispose();
  }
}
