import { resolve } from 'node:path';
import type { TextClassificationConfig } from '../../experiment/datasets/text-classification.ts';
import { trainingLabels } from '../text/labels/class-labels.ts';
import { readRows } from '../text/rows/rows.ts';
import { labelledFile, openTextClassification, textColumnsOf } from '../text/text-classification.ts';
import { unlabelledTexts } from '../text/unlabelled-texts.ts';
import { requireApart } from '../unlabelled.ts';
import { type DatasetReader, namedUnlabelled } from './dataset-reader.ts';
import { assumedTexts, firstOf } from './texts.ts';
import { trainAndTest } from './train-and-test.ts';

export const textClassification: DatasetReader<TextClassificationConfig> = {
  open: openTextClassification,
  async look(config, directory, { attempt }) {
    const columns = [...textColumnsOf(config), config.labelColumn];
    for (const named of trainAndTest(config, (one) => one))
      await attempt(named, () => firstOf(readRows(resolve(directory, named.written), columns)));
    const from = config.unlabelled?.from;
    if (from !== undefined)
      await attempt(namedUnlabelled(from), async () => {
        requireApart(from, config.test, directory);
        await firstOf((await unlabelledTexts(from, textColumnsOf(config), directory)).read());
      });
    return undefined;
  },
  texts(config, directory) {
    const from = config.unlabelled?.from;
    const [train, ...others] = trainAndTest(config, (named) => ({
      ...named,
      read: async () => (await labelledFile(named.written, config, directory)).read(),
    }));
    if (from === undefined) return [train, ...others];
    const read = async () => (await unlabelledTexts(from, textColumnsOf(config), directory)).read();
    return [train, ...others, { ...namedUnlabelled(from), read }];
  },
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
