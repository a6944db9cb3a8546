import { resolve } from 'node:path';
import type { TextMultiLabelConfig } from '../../experiment/datasets/text-multi-label.ts';
import { foundIn } from '../text/labels/sets.ts';
import { readRows } from '../text/rows/rows.ts';
import { textColumnsOf } from '../text/text-classification.ts';
import { labelSetFile, openTextMultiLabel } from '../text/text-multi-label.ts';
import type { DatasetReader } from './dataset-reader.ts';
import { assumedTexts, firstOf } from './texts.ts';
import { trainAndTest } from './train-and-test.ts';

const columnsOf = (config: TextMultiLabelConfig): readonly string[] => [
  ...textColumnsOf(config),
  ...(config.labelColumns ?? [config.labelColumn]),
];

export const textMultiLabel: DatasetReader<TextMultiLabelConfig> = {
  open: openTextMultiLabel,
  async look(config, directory, { attempt }) {
    for (const named of trainAndTest(config, (one) => one))
      await attempt(named, () => firstOf(readRows(resolve(directory, named.written), columnsOf(config))));
    return undefined;
  },
  texts: (config, directory) =>
    trainAndTest(config, (named) => ({
      ...named,
      read: async () => labelSetFile(named.written, config, directory).read(),
    })),
  classNames(config, directory) {
    const { classes, labelColumns, train } = config;
    return (
      classes ??
      labelColumns ?? {
        file: resolve(directory, train),
        columns: [...columnsOf(config), config.separator],
        read: () => foundIn(labelSetFile(train, config, directory)),
      }
    );
  },
  assumedTask: ({ maxLength }) => ({
    ...assumedTexts('classification', maxLength),
    kind: 'text-multi-label',
  }),
};
