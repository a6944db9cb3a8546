import { resolve } from 'node:path';
import type { TextRegressionConfig } from '../../experiment/datasets/text-regression.ts';
import type { Dataset } from '../dataset.ts';
import { type LabelledFile, labelledDataset } from './labelled-dataset.ts';
import { labelledTable } from './labelled-texts.ts';
import { numberOfRow, oneNumber } from './labels/numbers.ts';
import { RowTally } from './rows/left-out.ts';
import { textColumnsOf } from './text-classification.ts';

/**
 * Opens tables of texts and numbers.
 * @param directory where relative paths start.
 * @throws UserError naming the file and what is wrong with it.
 */
export function openTextRegression(config: TextRegressionConfig, directory: string): Promise<Dataset> {
  const { train, test } = config;
  const files = {
    train: numberedFile(train, config, directory),
    ...(test !== undefined && { test: numberedFile(test, config, directory) }),
  };
  return labelledDataset(files, config, directory, oneNumber);
}

export function numberedFile(
  path: string,
  config: TextRegressionConfig,
  directory: string,
): LabelledFile<number> {
  const file = resolve(directory, path);
  const tally = new RowTally(file);
  const { labelColumn } = config;
  return {
    file,
    read: labelledTable(
      file,
      { texts: textColumnsOf(config), label: labelColumn },
      tally,
      numberOfRow(labelColumn),
    ),
    remarks: () => tally.remarks(),
  };
}
