import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { UserError } from '../../base/user-error.ts';
import type { TextClassificationConfig } from '../../experiment/datasets/text-classification.ts';
import type { TokenizerConfig } from '../../experiment/datasets/tokenizer.ts';
import type { UnlabelledConfig } from '../../experiment/datasets/unlabelled.ts';
import { contentHash, TextHash } from '../content-hash.ts';
import type { DataRemark, Dataset } from '../dataset.ts';
import { bytesOfIds, duplicateRemarks, movedRemarks, sameAmong, withoutShared } from '../duplicates.ts';
import { setAside } from '../held-out.ts';
import { lengthBuckets } from '../length-buckets.ts';
import { drawSplits, type SplitOptions } from '../splits.ts';
import { requireApart } from '../unlabelled.ts';
import { testLabels, trainingLabels } from './class-labels.ts';
import { labelledTable, type ReadLabelled } from './labelled-texts.ts';
import { RowTally } from './rows/left-out.ts';
import { classesOfTable } from './table-classes.ts';
import { type TextSource, TextSplit } from './text-split.ts';
import { TokenStore } from './token-store.ts';
import type { PairTemplate } from './tokenizer-json/template.ts';
import { openTokenizer } from './tokenizers/open-tokenizer.ts';
import { encodePair, encodeSample, type Tokenizer } from './tokenizers/tokenizer.ts';
import { unlabelledSplit } from './unlabelled-split.ts';
import type { ReadTexts } from './unlabelled-texts.ts';

/** What classification datasets have in common, whatever their texts come from. */
export interface ClassificationOptions extends SplitOptions {
  readonly tokenizer: TokenizerConfig;
  readonly maxLength: number;
  readonly testFraction: number;
  readonly classes?: readonly string[];
  /** Set where samples are pairs of texts. */
  readonly textColumns?: readonly string[];
  /** Of a table whose samples are texts. */
  readonly textColumn?: string;
  readonly unlabelled?: UnlabelledConfig;
}

export interface LabelledFile {
  readonly file: string;
  readonly read: ReadLabelled;
  /** What is to be said of it once it has been read. */
  readonly remarks?: () => readonly DataRemark[];
  /** The classes there are, in their order, where the file names them. */
  readonly classNames?: readonly string[];
}

export interface LabelledFiles {
  readonly train: LabelledFile;
  /** Without it a part of the training texts is set aside. */
  readonly test?: LabelledFile;
}

/**
 * Opens the tables of an experiment.
 * @param directory where relative paths start.
 * @throws UserError naming the file and what is wrong with it.
 */
export async function openTextClassification(
  config: TextClassificationConfig,
  directory: string,
): Promise<Dataset> {
  if (config.unlabelled?.from !== undefined) requireApart(config.unlabelled.from, config.test, directory);
  const files = {
    train: await labelledFile(config.train, config, directory),
    ...(config.test === undefined ? {} : { test: await labelledFile(config.test, config, directory) }),
  };
  return classificationDataset(files, config, directory);
}

/** The columns that hold the text of a sample, or the two texts of a pair. */
export const textColumnsOf = ({ textColumn, textColumns }: TextClassificationConfig): readonly string[] =>
  textColumns ?? [textColumn];

/** @throws UserError if the file cannot be read */
export async function labelledFile(
  path: string,
  config: TextClassificationConfig,
  directory: string,
): Promise<LabelledFile> {
  const { labelColumn, classes } = config;
  const file = resolve(directory, path);
  const classNames = await classesOfTable(file, labelColumn, classes);
  const tally = new RowTally(file);
  return {
    file,
    classNames,
    read: labelledTable(file, textColumnsOf(config), labelColumn, tally, classNames),
    remarks: () => tally.remarks(),
  };
}

/**
 * Reads labels first, then texts, which are kept as token ids only. Ids of samples are their numbers in the training
 * file; those of a test file go on after the last.
 * @throws UserError if labels and texts do not make a dataset.
 */
export async function classificationDataset(
  { train, test }: LabelledFiles,
  options: ClassificationOptions,
  directory: string,
): Promise<Dataset> {
  const { classNames, labels } = await trainingLabels(
    train.read,
    options.classes,
    train.file,
    train.classNames,
  );
  const classes = classNames.length;
  const [drawn, setApart] = test
    ? [all(labels.length), undefined]
    : setAside(labels, classes, options.testFraction, options.splitSeed);
  const tokenizer = await openTokenizer(options.tokenizer, directory, () => textsOf(train.read, drawn));
  const length = options.maxLength;
  const pair = options.textColumns && pairTemplate(tokenizer, length);
  const [texts, testTexts] = [new TextHash(), new TextHash()];
  const source: TextSource = {
    tokens: await encode(train.read, tokenizer, length, texts, pair),
    labels,
    idOffset: 0,
  };
  const testSource: TextSource = test
    ? {
        labels: await testLabels(test.read, classNames, test.file),
        tokens: await encode(test.read, tokenizer, length, testTexts, pair),
        idOffset: labels.length,
      }
    : source;
  const sameAmongTexts = (sources: readonly TextSource[]) => sameTexts(sources, pair !== undefined);
  const same = sameAmongTexts(test ? [source, testSource] : [source]);
  // Known only once there are tokens: texts are the same where the model sees them so.
  const parted = setApart && withoutShared(drawn, setApart, same, labels);
  const training = parted?.learned ?? drawn;
  const testing = parted?.heldOut ?? all(testSource.labels!.length);
  const pick = (indices: Int32Array, from: ArrayLike<number>) => indices.map((index) => from[index]!);
  const split = drawSplits(
    pick(training, labels),
    pick(testing, testSource.labels!),
    classes,
    options,
    pick(training, same),
  );
  const indices = {
    train: pick(split.train, training),
    subset: pick(split.subset, training),
    validation: pick(split.validation, training),
    test: pick(split.test, testing),
  };
  const layout = {
    padId: tokenizer.padId,
    buckets: lengthBuckets(length),
    segments: pair?.ofSecond !== undefined,
  };
  const files = tokenizer.files();
  const hash = createHash('sha256').update(
    JSON.stringify({ format: 'texts-1', files, length, texts: source.tokens.digest(), classNames }),
  );
  for (const part of [labels, indices.train, indices.validation]) hash.update(part);
  const fingerprint = hash.update(testSource.tokens.digest()).digest('hex');
  const unlabelled =
    options.unlabelled &&
    (await unlabelledSplit(
      options.unlabelled,
      options.textColumns ?? [options.textColumn ?? 'text'],
      directory,
      {
        ...{ source, testSource, indices, layout, fingerprint },
        same: sameAmongTexts,
        encode: (read, into) => encode(read, tokenizer, length, into, pair),
      },
    ));
  return {
    fingerprint,
    content: contentHash({
      about: { format: 'texts-1', classNames, texts: [texts.digest(), testTexts.digest()] },
      parts: [
        labels,
        testSource.labels!,
        ...[indices.train, indices.subset, indices.validation, indices.test],
      ],
    }),
    remarks: [
      ...(train.remarks?.() ?? []),
      ...(test?.remarks?.() ?? []),
      ...(parted ? movedRemarks(parted, 'test') : []),
      ...split.remarks,
      ...duplicateRemarks(
        {
          train: pick(indices.train, same),
          validation: pick(indices.validation, same),
          test: indices.test.map((index) => same[testSource.idOffset + index]!),
        },
        'token by token',
      ),
      ...(unlabelled?.remarks ?? []),
    ],
    task: {
      classes,
      text: {
        goal: 'classification',
        vocabulary: tokenizer.vocabulary,
        length,
        padId: tokenizer.padId,
        ...(pair && { pairs: { types: pair.ofSecond === undefined ? 1 : 2 } }),
      },
    },
    classNames,
    tokenizer,
    testRows: { read: () => (test ?? train).read(true), firstId: testSource.idOffset },
    train: new TextSplit('train', source, indices.train, layout),
    subset: new TextSplit('subset', source, indices.subset, layout),
    ...(unlabelled && { unlabelled: unlabelled.texts }),
    validation: new TextSplit('validation', source, indices.validation, layout),
    test: new TextSplit('test', testSource, indices.test, layout),
  };
}

const all = (count: number): Int32Array => Int32Array.from({ length: count }, (_, index) => index);

/** Which texts have the same tokens, by those of the first source, then by those of the next. */
function sameTexts(sources: readonly TextSource[], pairs: boolean): Int32Array {
  const bytesOf = (of: TokenStore, sample: number) =>
    // Without special tokens between them, two pairs can have the same tokens.
    bytesOfIds(pairs ? Int32Array.of(of.beginning(sample), ...of.ids(sample)) : of.ids(sample));
  return sameAmong(
    sources.map(({ tokens }) => ({
      count: tokens.count,
      bytesOf: (sample) => bytesOf(tokens, sample),
    })),
  );
}

/**
 * How the tokenizer puts pairs of texts together.
 * @throws UserError where it has no way that is known here, or there is no room for any of a text
 */
function pairTemplate({ pair }: Tokenizer, length: number): PairTemplate {
  if (!pair)
    throw new UserError(
      'The tokenizer does not say how two texts go together: its post_processor has no pair of a kind that is known here.',
      {
        remedy:
          'Name another "tokenizer", such as "words", or join the texts into one column and name it as "textColumn".',
        option: 'textColumns',
      },
    );
  const special = pair.before.length + pair.between.length + pair.behind.length;
  if (length - special >= 2) return pair;
  throw new UserError(
    `Of ${length} tokens in a sample, ${special} are special ones: there is no room for two texts.`,
    {
      remedy: `Set maxLength to ${special + 2} or more.`,
      option: 'maxLength',
    },
  );
}

async function* textsOf(read: ReadLabelled, ascending: Int32Array): AsyncGenerator<string> {
  let index = 0;
  let next = 0;
  for await (const { text, second } of read())
    if (index++ === ascending[next]) {
      next++;
      yield text;
      if (second !== undefined) yield second;
    }
}

async function encode(
  read: ReadTexts,
  tokenizer: Tokenizer,
  length: number,
  texts: TextHash,
  pair: PairTemplate | undefined,
): Promise<TokenStore> {
  const tokens = new TokenStore(tokenizer.vocabulary);
  for await (const { text, second = '' } of read()) {
    texts.add(text);
    if (pair) {
      texts.add(second, 'second ');
      const encoded = encodePair(tokenizer, [text, second], pair, length);
      tokens.add(encoded.ids, encoded.second);
    } else tokens.add(encodeSample(tokenizer, text, length));
  }
  return tokens;
}
