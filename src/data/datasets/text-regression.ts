import { resolve } from 'node:path';
import type { TextRegressionConfig } from '../../experiment/datasets/text-regression.ts';
import { readRows } from '../text/rows/rows.ts';
import { textColumnsOf } from '../text/text-classification.ts';
import { numberedFile, openTextRegression } from '../text/text-regression.ts';
import type { DatasetReader } from './dataset-reader.ts';
import { assumedTexts, firstOf } from './texts.ts';
import { trainAndTest } from './train-and-test.ts';

export const textRegression: DatasetReader<TextRegressionConfig> = {
  open: openTextRegression,
  async look(config, directory, { attempt }) {
    const columns = [...textColumnsOf(config), config.labelColumn];
    for (const named of trainAndTest(config, (one) => one))
      await attempt(named, () => firstOf(readRows(resolve(directory, named.written), columns)));
    return undefined;
  },
  texts: (config, directory) =>
    trainAndTest(config, (named) => ({
      ...named,
      read: async () => numberedFile(named.written, config, directory).read(),
    })),
  assumedTask: ({ maxLength }) => ({
    ...assumedTexts('classification', maxLength),
    kind: 'text-regression',
    classes: 1,
  }),
};
