import { resolve } from 'node:path';
import type { TextClassificationConfig } from '../../experiment/datasets/text-classification.ts';
import type { Dataset } from '../dataset.ts';
import { oneClassEach } from '../labels.ts';
import { requireApart } from '../unlabelled.ts';
import {
  type LabelKind,
  type LabelledFile,
  type LabelledFiles,
  type LabelledOptions,
  labelledDataset,
} from './labelled-dataset.ts';
import { classOfRow, labelledTable } from './labelled-texts.ts';
import { testLabels, trainingLabels } from './labels/class-labels.ts';
import { RowTally } from './rows/left-out.ts';
import { classesOfTable } from './table-classes.ts';

/** What classification datasets have in common, whatever their texts come from. */
export interface ClassificationOptions extends LabelledOptions {
  readonly classes?: readonly string[] | undefined;
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
  if (config.unlabelled?.from !== undefined) requireApart(config.unlabelled.from, config.test, directory);
  const files = {
    train: await labelledFile(config.train, config, directory),
    ...(config.test === undefined ? {} : { test: await labelledFile(config.test, config, directory) }),
  };
  return classificationDataset(files, config, directory);
}

/** The columns that hold the text of a sample, or the two texts of a pair. */
export const textColumnsOf = ({
  textColumn,
  textColumns,
}: Pick<TextClassificationConfig, 'textColumn' | 'textColumns'>): readonly string[] =>
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
  const columns = { texts: textColumnsOf(config), label: labelColumn };
  return {
    file,
    classNames,
    read: labelledTable(file, columns, tally, classOfRow(labelColumn, classNames)),
    remarks: () => tally.remarks(),
  };
}

/**
 * Texts with one class each.
 * @throws UserError if labels and texts do not make a dataset.
 */
export const classificationDataset = (
  files: LabelledFiles,
  options: ClassificationOptions,
  directory: string,
): Promise<Dataset> => labelledDataset(files, options, directory, oneClass(options.classes));

/** @param given the classes there are to be; left out, whatever labels are found. */
const oneClass = (given: readonly string[] | undefined): LabelKind<string> => ({
  async train({ read, file, classNames: known }) {
    const { classNames, labels } = await trainingLabels(read, given, file, known);
    const outputs = classNames.length;
    return { classNames, outputs, labels: oneClassEach(labels, outputs) };
  },
  test: async ({ read, file }, { classNames }) =>
    oneClassEach(await testLabels(read, classNames, file), classNames.length),
});
