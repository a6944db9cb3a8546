import { resolve } from 'node:path';
import type { TextClassificationConfig } from '../../experiment/datasets/text-classification.ts';
import { trainingLabels } from '../text/class-labels.ts';
import { readRows } from '../text/rows/rows.ts';
import { labelledFile, openTextClassification, textColumnsOf } from '../text/text-classification.ts';
import type { DatasetReader } from './dataset-reader.ts';
import { assumedTexts, firstOf } from './texts.ts';
import { trainAndTest } from './train-and-test.ts';

export const textClassification: DatasetReader<TextClassificationConfig> = {
  open: openTextClassification,
  async look(config, directory, { attempt }) {
    const columns = [...textColumnsOf(config), config.labelColumn];
    for (const named of trainAndTest(config, (one) => one))
      await attempt(named, () => firstOf(readRows(resolve(directory, named.written), columns)));
    return undefined;
  },
  texts: (config, directory) =>
    trainAndTest(config, (named) => ({
      ...named,
      read: async () => (await labelledFile(named.written, config, directory)).read(),
    })),
  classNames(config, directory) {
    if (config.classes) return config.classes;
    const { train, labelColumn } = config;
    return {
      file: resolve(directory, train),
      columns: [...textColumnsOf(config), labelColumn],
      async read() {
        const { file, read, classNames } = await labelledFile(train, config, directory);
        return (await trainingLabels(read, undefined, file, classNames)).classNames;
      },
    };
  },
  assumedTask: ({ maxLength }) => assumedTexts('classification', maxLength),
};
