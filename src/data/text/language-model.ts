import { createHash } from 'node:crypto';
import type { LanguageModelConfig, TokenizerConfig } from '../../experiment/text-dataset-schema.ts';
import { UserError } from '../../experiment/user-error.ts';
import { contentHash, TextHash } from '../content-hash.ts';
import type { Dataset, Split } from '../dataset.ts';
import { lengthBuckets } from '../length-buckets.ts';
import { openDocuments, type Piece, type ReadPieces } from './documents.ts';
import { documentSamples, packedSamples } from './language-samples.ts';
import { openTokenizer } from './open-tokenizer.ts';
import { type TextSource, TextSplit } from './text-split.ts';

/** What datasets for language models have in common, whatever their texts come from. */
export interface LanguageOptions {
  readonly tokenizer: TokenizerConfig;
  readonly length: number;
  readonly samples: 'packed' | 'documents';
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
  return languageDataset(train, test, config, directory, config.train);
}

/**
 * Texts as samples for a causal language model. Training, validation and test follow each other in the order of the
 * text: random pieces would share sentences.
 * @param test without it, the end of the training texts.
 * @param named the training texts, for messages.
 * @throws UserError if there is too little text.
 */
export async function languageDataset(
  train: ReadPieces,
  test: ReadPieces | undefined,
  options: LanguageOptions,
  directory: string,
  named: string,
): Promise<Dataset> {
  const [training, testing] = test ? [train, test] : await cutTail(train, options.testFraction);
  const tokenizer = await openTokenizer(options.tokenizer, directory, () => textsOf(training));
  const { length } = options;
  const samples = options.samples === 'packed' ? packedSamples : documentSamples;
  const [trainingTexts, testTexts] = [new TextHash(), new TextHash()];
  const tokens = await samples(hashed(training(), trainingTexts), tokenizer, length);
  const source: TextSource = { tokens, idOffset: 0 };
  const testTokens = await samples(hashed(testing(), testTexts), tokenizer, length);
  const testSource: TextSource = { tokens: testTokens, idOffset: tokens.count };

  const available = Math.min(tokens.count, options.trainLimit ?? tokens.count);
  const held = Math.min(Math.round(options.validation * available), available - 1);
  if (available < 1 || testTokens.count < 1)
    throw new UserError(
      `${named} makes ${tokens.count} training and ${testTokens.count} test samples of ${length} tokens; each needs at least one.`,
      { remedy: 'Name more text, or set "length" lower.' },
    );
  const layout = { padId: tokenizer.padId, buckets: lengthBuckets(length) };
  const split = (name: Split['name'], from: TextSource, start: number, end: number) =>
    new TextSplit(name, from, range(start, end), layout);
  const hash = createHash('sha256').update(
    JSON.stringify({
      format: 'language-1',
      files: tokenizer.files(),
      length,
      parts: [available - held, held],
      digests: [tokens.digest(), testTokens.digest()],
    }),
  );
  return {
    fingerprint: hash.digest('hex'),
    // How texts become samples follows from the experiment and the tokenizer, which are compared by themselves.
    content: contentHash({
      about: { format: 'language-1', texts: [trainingTexts.digest(), testTexts.digest()] },
      parts: [],
    }),
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
    train: split('train', source, 0, available - held),
    subset: split('subset', source, 0, available - held),
    validation: split('validation', source, available - held, available),
    test: split('test', testSource, 0, Math.min(testTokens.count, options.testLimit ?? testTokens.count)),
  };
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

/** Everything up to the last `fraction` of the characters, and the rest; a piece belongs to where it ends. */
async function cutTail(read: ReadPieces, fraction: number): Promise<[ReadPieces, ReadPieces]> {
  let characters = 0;
  for await (const { text } of read()) characters += text.length;
  const cut = (1 - fraction) * characters;
  const part = (wanted: (end: number) => boolean): ReadPieces =>
    async function* () {
      let end = 0;
      let first = true;
      for await (const piece of read()) {
        end += piece.text.length;
        if (!wanted(end)) continue;
        yield first ? ({ ...piece, first: true } satisfies Piece) : piece;
        first = false;
      }
    };
  return [part((end) => end <= cut), part((end) => end > cut)];
}
