import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { StopRequested } from '../../base/interruption.ts';
import { onceAcrossProcesses } from '../../base/locks/wait-for-lock.ts';
import { UserError } from '../../base/user-error.ts';
import type { Dataset, Split } from '../../data/dataset.ts';
import { lengthBuckets } from '../../data/length-buckets.ts';
import { promptsOf } from '../../data/text/prompts.ts';
import { TextSplit } from '../../data/text/text-split.ts';
import { TokenStore } from '../../data/text/token-store.ts';
import type { Device } from '../../device/device.ts';
import { RandomGenerator } from '../../device/random-generator.ts';
import { stableHash } from '../../experiment/parsing/identity.ts';
import type { GeneratedConfig } from '../../experiment/strategies/generated/record.ts';
import { taskRecord } from '../../experiment/tasks/all.ts';
import type { Model } from '../../models/model.ts';
import { type GeneratedTexts, readGenerated, writeGenerated } from './generated-file.ts';
import { numbersKept, remembers } from './remembered-texts.ts';
import { TextGenerator } from './text-generator.ts';

const formatVersion = 1;
const mostTexts = 128;
/** Numbers in the logits that one token of all texts costs: 64 MiB. */
const mostLogits = 2 ** 24;
/** Numbers that the teacher keeps of all texts while it writes: 256 MiB, and as much again while it writes the next token. */
const mostKept = 2 ** 26;

export interface GeneratedOptions {
  readonly device: Device;
  readonly teacher: Model;
  /** Identifies the teacher's weights. */
  readonly teacherHash: string;
  readonly config: GeneratedConfig;
  /** As the teacher reads it. */
  readonly dataset: Dataset;
  /** As the student reads it, where it has other tokens: what was written becomes those. */
  readonly reader?: Dataset;
  /** The folder of all caches; each has one of its own in it. */
  readonly cacheDirectory: string;
  /** Tokens written, of those there will be at most. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly stopRequested?: StopRequested;
}

export interface GeneratedSplit {
  /** What the student trains on. */
  readonly split: Split;
  /** Whether an earlier run had the teacher write it. */
  readonly found: boolean;
  /** What it took to write it, then. */
  readonly seconds: number;
}

/**
 * Training samples that the teacher wrote (Kim & Rush 2016): beginnings of the student's training samples, each gone on
 * with by the teacher. They are written once and kept on disk; a file that was made for anything else, or is not whole,
 * is not used but made anew.
 *
 * @throws Interruption if asked to end early
 * @throws UserError if no sample is long enough, or the disk is full; nothing is left half-written then
 */
export async function generatedSplit(options: GeneratedOptions): Promise<GeneratedSplit> {
  const { config, dataset, cacheDirectory, teacher, stopRequested } = options;
  const { text, classes } = dataset.task;
  if (!text || ![dataset, teacher].every(({ task }) => taskRecord(task).continuesTexts))
    throw new UserError('Only a language model writes texts to learn from.', {
      remedy: 'Use strategy "generated" with a dataset of texts to continue.',
    });
  const key = stableHash({
    formatVersion,
    teacherHash: options.teacherHash,
    fingerprint: dataset.fingerprint,
    split: [dataset.subset.name, dataset.subset.size],
    config: { ...config, kind: undefined },
  });
  const directory = join(cacheDirectory, key);
  const file = join(directory, 'generated.safetensors');
  await mkdir(directory, { recursive: true }).catch(() => {});
  let found = true;
  const texts = await onceAcrossProcesses(
    join(directory, 'lock'),
    () => readGenerated(file, key, classes),
    async () => {
      found = false;
      const written = await writeTexts(options);
      await writeGenerated(file, key, written);
      return written;
    },
    { stopRequested },
  );
  const { reader = dataset } = options;
  const tokens = reader === dataset ? texts.tokens : readAnew(texts.tokens, dataset, reader);
  const { padId, length } = reader.task.text!;
  const split = new TextSplit(
    'subset',
    { tokens, idOffset: 0 },
    Int32Array.from({ length: tokens.count }, (_, index) => index),
    { padId, buckets: lengthBuckets(length) },
  );
  return { split, found, seconds: texts.seconds };
}

/**
 * What a teacher wrote as the tokens of a student: prompts stay prompts, what ends a text ends it, and what does not fit
 * into a sample is cut off. A text of which nothing is left to learn is left out.
 */
function readAnew(
  written: TokenStore,
  { tokenizer: theirs }: Dataset,
  { tokenizer, task }: Dataset,
): TokenStore {
  const tokens = new TokenStore(task.classes);
  for (let sample = 0; sample < written.count; sample++) {
    const ids = [...written.ids(sample)];
    const count = written.beginning(sample);
    const whole = theirs!.decode(ids);
    const prompt = theirs!.decode(ids.slice(0, count));
    // A prompt that ends within a character ends before it.
    let shared = 0;
    while (shared < prompt.length && prompt[shared] === whole[shared]) shared++;
    const begun = [...tokenizer!.begin, ...tokenizer!.encode(whole.slice(0, shared))];
    const ended = ids.at(-1) === theirs!.endId && tokenizer!.endId !== undefined ? [tokenizer!.endId] : [];
    const own = [...begun, ...tokenizer!.encode(whole.slice(shared)), ...ended].slice(0, task.text!.length);
    if (own.length > Math.max(1, begun.length)) tokens.add(own, begun.length);
  }
  if (tokens.count === 0)
    throw new UserError(
      'Nothing that the teacher wrote fits into a sample of the student behind its prompt.',
      {
        remedy: 'Set "length" of the dataset higher, or "promptLength" of the strategy lower.',
      },
    );
  return tokens;
}

async function writeTexts(options: GeneratedOptions): Promise<GeneratedTexts> {
  const { device, teacher, config, dataset, onProgress, stopRequested } = options;
  const { temperature, topK, topP, seed } = config;
  const length = Math.min(teacher.task.text!.length, dataset.task.text!.length);
  const starts = promptsOf(dataset, config);
  const batchSize = Math.max(
    1,
    Math.min(
      mostTexts,
      Math.floor(mostLogits / teacher.task.classes),
      Math.floor(mostKept / (remembers(teacher) ? numbersKept(teacher) : 1)),
      starts.length,
    ),
  );
  // One after the other by length, so that texts of a batch are padded little; each stays where it is in the result.
  const order = [...starts.keys()].sort(
    (one, other) => starts[one]!.prompt.length - starts[other]!.prompt.length || one - other,
  );
  const most = starts.reduce((sum, { prompt }) => sum + length - prompt.length, 0);
  const written: Int32Array[] = [];
  const generator = new TextGenerator(device, teacher);
  const started = performance.now();
  let done = 0;
  try {
    for (let at = 0; at < order.length; at += batchSize) {
      const batch = order.slice(at, at + batchSize);
      const tokensOf = batch.reduce((sum, index) => sum + length - starts[index]!.prompt.length, 0);
      const before = done;
      const continuations = await generator.continue(
        // The last batch is filled, since another size would be compiled anew.
        Array.from({ length: batchSize }, (_, row) => {
          const index = batch[row % batch.length]!;
          return {
            ids: starts[index]!.prompt,
            generator: RandomGenerator.forUse(seed, `generated text ${index}`),
          };
        }),
        {
          sampling: { temperature, topK, topP },
          length,
          endId: dataset.tokenizer?.endId,
          stopRequested,
          onToken: (token, total) => onProgress?.(before + Math.round((token / total) * tokensOf), most),
        },
      );
      for (const [row, index] of batch.entries()) written[index] = continuations[row]!;
      done += tokensOf;
    }
  } finally {
    generator.dispose();
  }
  const tokens = new TokenStore(dataset.task.classes);
  for (const [index, continuation] of written.entries()) {
    const { prompt } = starts[index]!;
    tokens.add([...prompt, ...continuation], prompt.length);
  }
  return { tokens, seconds: (performance.now() - started) / 1000 };
}
