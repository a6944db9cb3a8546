import { createHash } from 'node:crypto';
import type { TokenizerConfig } from '../../experiment/datasets/tokenizer.ts';
import type { UnlabelledConfig } from '../../experiment/datasets/unlabelled.ts';
import type { TaskName } from '../../experiment/tasks/all.ts';
import { contentHash, TextHash } from '../content-hash.ts';
import type { DataRemark, Dataset } from '../dataset.ts';
import { duplicateRemarks, movedRemarks, withoutShared } from '../duplicates.ts';
import { setAside } from '../held-out.ts';
import type { SampleLabels } from '../labels.ts';
import { lengthBuckets } from '../length-buckets.ts';
import { drawSplits, type SplitOptions } from '../splits.ts';
import { encode, pairTemplate, sameTexts, textsOf } from './encode-texts.ts';
import type { ReadLabelled } from './labelled-texts.ts';
import { type TextSource, TextSplit } from './text-split.ts';
import { openTokenizer } from './tokenizers/open-tokenizer.ts';
import { unlabelledSplit } from './unlabelled-split.ts';

/** What datasets of labelled texts have in common, whatever their texts come from. */
export interface LabelledOptions extends SplitOptions {
  readonly tokenizer: TokenizerConfig;
  readonly maxLength: number;
  readonly testFraction: number;
  /** Set where samples are pairs of texts. */
  readonly textColumns?: readonly string[] | undefined;
  /** Of a table whose samples are texts. */
  readonly textColumn?: string;
  readonly unlabelled?: UnlabelledConfig | undefined;
}

/** @typeParam L what a label is, as the file has it */
export interface LabelledFile<L = string> {
  readonly file: string;
  readonly read: ReadLabelled<L>;
  /** What is to be said of it once it has been read. */
  readonly remarks?: () => readonly DataRemark[];
  /** The classes there are, in their order, where the file names them. */
  readonly classNames?: readonly string[];
}

export interface LabelledFiles<L = string> {
  readonly train: LabelledFile<L>;
  /** Without it a part of the training texts is set aside. */
  readonly test?: LabelledFile<L>;
}

/** What the labels of the training texts come to. */
export interface LearnedLabels {
  readonly labels: SampleLabels;
  /** None where labels are no classes. */
  readonly classNames: readonly string[];
  /** How many numbers a model answers with. */
  readonly outputs: number;
  readonly remarks?: readonly DataRemark[];
}

/** How the labels of a task are read. */
export interface LabelKind<L> {
  /** Left out where texts to classify are meant. */
  readonly task?: TaskName;
  /** @throws UserError if they cannot be learned from */
  train(file: LabelledFile<L>): Promise<LearnedLabels>;
  /** @throws UserError if a label is none that was learned */
  test(file: LabelledFile<L>, learned: LearnedLabels): Promise<SampleLabels>;
}

/**
 * Reads labels first, then texts, which are kept as token ids only. Ids of samples are their numbers in the training
 * file; those of a test file go on after the last.
 * @throws UserError if labels and texts do not make a dataset.
 */
export async function labelledDataset<L>(
  { train, test }: LabelledFiles<L>,
  options: LabelledOptions,
  directory: string,
  kind: LabelKind<L>,
): Promise<Dataset> {
  const learned = await kind.train(train);
  const { classNames, labels } = learned;
  const { strata, classes } = labels;
  const [drawn, setApart] = test
    ? [all(labels.count), undefined]
    : setAside(strata, classes, options.testFraction, options.splitSeed);
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
        labels: await kind.test(test, learned),
        tokens: await encode(test.read, tokenizer, length, testTexts, pair),
        idOffset: labels.count,
      }
    : source;
  const sameAmongTexts = (sources: readonly TextSource[]) => sameTexts(sources, pair !== undefined);
  const same = sameAmongTexts(test ? [source, testSource] : [source]);
  // Known only once there are tokens: texts are the same where the model sees them so.
  const parted = setApart && withoutShared(drawn, setApart, same, strata);
  const training = parted?.learned ?? drawn;
  const testing = parted?.heldOut ?? all(testSource.labels!.count);
  const pick = (indices: Int32Array, from: ArrayLike<number>) => indices.map((index) => from[index]!);
  const split = drawSplits(
    pick(training, strata),
    pick(testing, testSource.labels!.strata),
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
  // Of classes it is what it was before there were other labels.
  const format = kind.task === undefined ? 'texts-1' : `${kind.task}-1`;
  const layout = {
    padId: tokenizer.padId,
    buckets: lengthBuckets(length),
    segments: pair?.ofSecond !== undefined,
  };
  const files = tokenizer.files();
  const hash = createHash('sha256').update(
    JSON.stringify({ format, files, length, texts: source.tokens.digest(), classNames }),
  );
  for (const part of [labels.content, indices.train, indices.validation]) hash.update(part);
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
      about: { format, classNames, texts: [texts.digest(), testTexts.digest()] },
      parts: [
        labels.content,
        testSource.labels!.content,
        ...[indices.train, indices.subset, indices.validation, indices.test],
      ],
    }),
    remarks: [
      ...(learned.remarks ?? []),
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
      ...(kind.task !== undefined && { kind: kind.task }),
      classes: learned.outputs,
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
    trainingRows: () => train.read(),
    testRows: { read: () => (test ?? train).read(true), firstId: testSource.idOffset },
    train: new TextSplit('train', source, indices.train, layout),
    subset: new TextSplit('subset', source, indices.subset, layout),
    ...(unlabelled && { unlabelled: unlabelled.texts }),
    validation: new TextSplit('validation', source, indices.validation, layout),
    test: new TextSplit('test', testSource, indices.test, layout),
  };
}

const all = (count: number): Int32Array => Int32Array.from({ length: count }, (_, index) => index);
