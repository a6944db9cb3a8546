import { resolve } from 'node:path';
import type { TextMultiLabelConfig } from '../../experiment/datasets/text-multi-label.ts';
import type { Dataset } from '../dataset.ts';
import { type LabelledFile, labelledDataset } from './labelled-dataset.ts';
import { labelledTable } from './labelled-texts.ts';
import { anyNumber, type LabelSet, setOfColumns, setOfRow } from './labels/sets.ts';
import { RowTally } from './rows/left-out.ts';
import { textColumnsOf } from './text-classification.ts';

/**
 * Opens tables of texts with any number of labels.
 * @param directory where relative paths start.
 * @throws UserError naming the file and what is wrong with it.
 */
export function openTextMultiLabel(config: TextMultiLabelConfig, directory: string): Promise<Dataset> {
  const { train, test, classes, labelColumns } = config;
  const files = {
    train: labelSetFile(train, config, directory),
    ...(test !== undefined && { test: labelSetFile(test, config, directory) }),
  };
  return labelledDataset(files, config, directory, anyNumber(classes ?? labelColumns));
}

/** A row of a list that is not there says nothing; an empty text or list says that there are none. */
const lacksLabels = (value: unknown) => value === null || value === undefined;

export function labelSetFile(
  path: string,
  config: TextMultiLabelConfig,
  directory: string,
): LabelledFile<LabelSet> {
  const file = resolve(directory, path);
  const tally = new RowTally(file);
  const { labelColumn, labelColumns, separator } = config;
  return {
    file,
    read: labelledTable(
      file,
      { texts: textColumnsOf(config), label: labelColumns ?? labelColumn },
      tally,
      labelColumns ? setOfColumns(labelColumns) : setOfRow(labelColumn, separator),
      lacksLabels,
    ),
    remarks: () => tally.remarks(),
  };
}
