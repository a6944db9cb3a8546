import { createHash } from 'node:crypto';
import { UserError } from '../../base/user-error.ts';
import type { LanguageModelConfig } from '../../experiment/datasets/language-model.ts';
import type { TokenizerConfig } from '../../experiment/datasets/tokenizer.ts';
import { contentHash, TextHash } from '../content-hash.ts';
import type { DataRemark, Dataset, Split } from '../dataset.ts';
import { bytesOfIds, duplicateRemarks, sameSamples } from '../duplicates.ts';
import { lengthBuckets } from '../length-buckets.ts';
import { heldOutCount } from '../splits.ts';
import { chatSamples } from './chat/chat-samples.ts';
import { cutTail } from './cut-tail.ts';
import {
  documentSamples,
  type LanguageSamples,
  type MakeSamples,
  packedSamples,
} from './language-samples.ts';
import { packedDocuments } from './packed-documents.ts';
import { type Documents, openDocuments, type Piece, type ReadPieces } from './rows/documents.ts';
import { AmountOfText } from './text-amount.ts';
import { type TextSource, TextSplit } from './text-split.ts';
import type { TokenStore } from './token-store.ts';
import { openTokenizer } from './tokenizers/open-tokenizer.ts';

/** What datasets for language models have in common, whatever their texts come from. */
export interface LanguageOptions {
  readonly tokenizer: TokenizerConfig;
  readonly length: number;
  readonly samples: 'packed' | 'documents' | 'packed-documents';
  readonly messagesColumn?: string;
  readonly testFraction: number;
  readonly validation: number;
  readonly trainLimit?: number;
  readonly testLimit?: number;
}

/**
 * Opens the texts of an experiment.
 * @param directory where relative paths start.
 * @throws UserError naming the file and what is wrong with it.
 */
export async function openLanguageModel(config: LanguageModelConfig, directory: string): Promise<Dataset> {
  const train = await openDocuments(config.train, config, directory);
  const test = config.test === undefined ? undefined : await openDocuments(config.test, config, directory);
  return languageDataset(train, test, config, directory, config.train, config.test);
}

/**
 * Texts as samples for a causal language model. Training, validation and test follow each other in the order of the
 * text: random pieces would share sentences.
 * @param test without it, the end of the training texts.
 * @param named the training texts, for messages.
 * @param namedTest the test texts, where they are others.
 * @throws UserError if there is too little text.
 */
export async function languageDataset(
  train: Documents,
  test: Documents | undefined,
  options: LanguageOptions,
  directory: string,
  named: string,
  namedTest?: string,
): Promise<Dataset> {
  const wholeRows = train.rows && options.samples !== 'packed';
  const [training, testing] = test
    ? [train.read, test.read]
    : await cutTail(train.read, options.testFraction, wholeRows);
  const tokenizer = await openTokenizer(options.tokenizer, directory, () => textsOf(training));
  const { length } = options;
  const samples = makerOf(options);
  const [trainingTexts, testTexts] = [new TextHash(), new TextHash()];
  const { tokens, prompts } = await samples(hashed(training(), trainingTexts), tokenizer, length);
  const packed = options.samples === 'packed-documents';
  const source: TextSource = { tokens, idOffset: 0, packed };
  const amount = new AmountOfText(tokenizer);
  const held = await samples(amount.of(hashed(testing(), testTexts)), amount.tokenizer, length);
  const testTokens = held.tokens;
  const testSource: TextSource = { tokens: testTokens, idOffset: tokens.count, packed };

  const available = Math.min(tokens.count, options.trainLimit ?? tokens.count);
  for (const [made, texts, which] of [
    [{ tokens, prompts }, trainingTexts, 'training'],
    [held, testTexts, 'test'],
  ] as const)
    requireSamples(made, texts.count, length, {
      which,
      named: which === 'test' ? (namedTest ?? named) : named,
      apart: test !== undefined,
    });
  const validated = heldOutCount(options.validation, available, available - 1);
  const layout = { padId: tokenizer.padId, buckets: lengthBuckets(length) };
  const split = (name: Split['name'], from: TextSource, start: number, end: number) =>
    new TextSplit(name, from, range(start, end), layout);
  const hash = createHash('sha256').update(
    JSON.stringify({
      format: 'language-1',
      files: tokenizer.files(),
      length,
      parts: [available - validated, validated],
      digests: [tokens.digest(), testTokens.digest()],
    }),
  );
  return {
    fingerprint: hash.digest('hex'),
    // How texts become samples follows from the experiment and the tokenizer, which are compared by themselves.
    content: contentHash({
      about: { format: 'language-2', texts: [trainingTexts.digest(), testTexts.digest()] },
      parts: [],
    }),
    remarks: [
      ...train.remarks(),
      ...(test?.remarks() ?? []),
      ...prompts.remarks(length, 'training'),
      ...held.prompts.remarks(length, 'test'),
      ...sharedSamples(tokens, testTokens, available - validated, available),
    ],
    task: {
      classes: tokenizer.vocabulary,
      text: {
        goal: 'language-model',
        vocabulary: tokenizer.vocabulary,
        length,
        padId: tokenizer.padId,
      },
    },
    classNames: [],
    tokenizer,
    texts: { training, makeSamples: samples, length },
    ...(packed && { packed }),
    amount: held.amount ?? amount.total(),
    train: split('train', source, 0, available - validated),
    subset: split('subset', source, 0, available - validated),
    validation: split('validation', source, available - validated, available),
    test: split('test', testSource, 0, Math.min(testTokens.count, options.testLimit ?? testTokens.count)),
  };
}

function makerOf({ samples, messagesColumn }: LanguageOptions): MakeSamples {
  if (samples === 'packed') return packedSamples;
  const whole = messagesColumn === undefined ? documentSamples : chatSamples;
  return samples === 'packed-documents' ? packedDocuments(whole) : whole;
}

/** Samples that stand in two splits, of those that are taken from the training texts. */
function sharedSamples(
  tokens: TokenStore,
  testTokens: TokenStore,
  trained: number,
  available: number,
): DataRemark[] {
  // Of samples that hold several documents, these are what may be the same.
  const texts: (Uint16Array | Int32Array)[] = [];
  const upTo = [0];
  for (const store of [tokens, testTokens])
    for (let sample = 0; sample < store.count; sample++) {
      const ids = store.ids(sample);
      const starts = store.documents(sample) ?? [0];
      for (const [at, start] of starts.entries()) texts.push(ids.subarray(start, starts[at + 1]));
      upTo.push(texts.length);
    }
  const same = sameSamples(texts.length, (text) => bytesOfIds(texts[text]!));
  return duplicateRemarks(
    {
      train: same.subarray(0, upTo[trained]),
      validation: same.subarray(upTo[trained], upTo[available]),
      test: same.subarray(upTo[tokens.count]),
    },
    'token by token',
  );
}

interface TextPart {
  readonly which: 'training' | 'test';
  /** What the text is called in messages. */
  readonly named: string;
  /** Whether the test has texts of its own. */
  readonly apart: boolean;
}

/** @throws UserError saying why there are none, where there are none. */
function requireSamples(
  { tokens, prompts }: LanguageSamples,
  texts: number,
  length: number,
  { which, named, apart }: TextPart,
): void {
  if (tokens.count > 0) return;
  if (prompts.leftOut > 0)
    throw new UserError(
      `Every ${prompts.what} of the ${which} texts in ${named} fills a sample of ${length} tokens by itself, so nothing is left to ${which === 'training' ? 'learn' : 'test'}.`,
      { remedy: 'Set "length" of the dataset higher than the longest prompt.', option: 'length' },
    );
  throw new UserError(
    texts === 0
      ? `There is no ${which} text in ${named}.`
      : `The ${which} text in ${named} is too short: a sample needs two tokens, one to predict the other.`,
    {
      remedy:
        which === 'test' && !apart
          ? 'Name more text, set "testFraction" higher, or name a test file with "test".'
          : 'Name more text.',
      option: which === 'test' && apart ? 'test' : 'train',
    },
  );
}

async function* hashed(pieces: AsyncIterable<Piece>, hash: TextHash): AsyncGenerator<Piece> {
  for await (const piece of pieces) {
    if (piece.prompt !== undefined) hash.add(piece.prompt, 'prompt ');
    hash.add(piece.text, piece.first ? 'first ' : '');
    yield piece;
  }
}

const range = (start: number, end: number) =>
  Int32Array.from({ length: end - start }, (_, index) => start + index);

async function* textsOf(read: ReadPieces): AsyncGenerator<string> {
  for await (const { text, prompt } of read()) {
    if (prompt !== undefined) yield prompt;
    yield text;
  }
}
