import type { StopRequested } from '../../base/interruption.ts';
import type { Dataset } from '../../data/dataset.ts';
import { sampleStarts } from '../../data/text/prompts.ts';
import type { Tokenizer } from '../../data/text/tokenizers/tokenizer.ts';
import type { Device } from '../../device/device.ts';
import { RandomGenerator } from '../../device/random-generator.ts';
import { taskRecord } from '../../experiment/tasks/all.ts';
import type { NamedModel } from '../evaluation/named-model.ts';
import type { Sampling } from './choose-token.ts';
import { TextGenerator } from './text-generator.ts';

/** Nucleus sampling: greedy continuations of small models repeat themselves (Holtzman et al. 2020). */
export const sampleSampling = { temperature: 1, topP: 0.9 } as const satisfies Sampling;

const prompts = 3;
const longestPrompt = 24;
const longestContinuation = 40;

/** A beginning of a test text, how the text goes on, and how models go on with it. */
export interface Continuation {
  readonly prompt: string;
  readonly reference: string;
  /** By name of the model. */
  readonly texts: Readonly<Record<string, string>>;
}

export interface ContinuationOptions {
  readonly device: Device;
  readonly dataset: Dataset;
  /** Every model draws with the same. */
  readonly seed: number;
  readonly stopRequested?: StopRequested;
}

/**
 * How language models go on with a few texts of the test set, spread over it.
 * @returns nothing where the models continue no texts
 * @throws Interruption
 */
export async function sampleContinuations(
  models: readonly NamedModel[],
  { device, dataset, seed, stopRequested }: ContinuationOptions,
): Promise<Continuation[]> {
  const { task, test, tokenizer } = dataset;
  if (!task.text || !tokenizer || !taskRecord(task).continuesTexts) return [];
  const promptLength = Math.max(1, Math.min(longestPrompt, Math.floor(task.text.length / 2)));
  const starts = sampleStarts(test, spread(test.size), promptLength).slice(0, prompts);
  if (starts.length === 0) return [];
  const texts: Record<string, string>[] = starts.map(() => ({}));
  const longest = Math.max(...starts.map(({ prompt }) => prompt.length)) + longestContinuation;
  for (const { name, model, device: own, dataset: read } of models) {
    // A model of other tokens gets the same text.
    const mine = read?.tokenizer;
    const ownStarts = mine
      ? starts.map(({ prompt }) => encodedAnew(prompt, tokenizer, mine, model.task.text!.length))
      : starts;
    const generator = new TextGenerator(own ?? device, model);
    try {
      const continuations = await generator.continue(
        ownStarts.map(({ prompt }, index) => ({
          ids: prompt,
          generator: RandomGenerator.forUse(seed, `sample continuation ${index}`),
        })),
        {
          sampling: sampleSampling,
          length: Math.max(longest, ...ownStarts.map(({ prompt }) => prompt.length + longestContinuation)),
          endId: (mine ?? tokenizer).endId,
          stopRequested,
        },
      );
      for (const [index, ids] of continuations.entries())
        texts[index]![name] = (mine ?? tokenizer).decode([...ids.subarray(0, longestContinuation)]);
    } finally {
      generator.dispose();
    }
  }
  return starts.map(({ prompt, text }, index) => ({
    prompt: tokenizer.decode([...prompt]),
    reference: tokenizer.decode([...text.subarray(prompt.length, prompt.length + longestContinuation)]),
    texts: texts[index]!,
  }));
}

/** The text of some tokens as tokens of another model, at least one; of a long text the end, which leaves room to go on. */
function encodedAnew(
  ids: Int32Array,
  from: Tokenizer,
  to: Tokenizer,
  length: number,
): { readonly prompt: Int32Array } {
  const made = [...to.begin, ...to.encode(from.decode([...ids]))].slice(-Math.max(1, length >> 1));
  return { prompt: Int32Array.from(made.length > 0 ? made : [to.endId ?? to.padId]) };
}

/** Positions from the beginning to the end of a split, a few more than wanted: some may be too short. */
function spread(size: number): Int32Array {
  const count = Math.min(size, 4 * prompts);
  const order = [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11].filter((place) => place < count);
  return Int32Array.from(order, (place) => Math.floor((place * size) / count));
}
