import type { LanguageModelConfig } from '../../experiment/datasets/language-model.ts';
import { openLanguageModel } from '../text/language-model.ts';
import { openDocuments } from '../text/rows/documents.ts';
import type { DatasetReader } from './dataset-reader.ts';
import { assumedTexts, firstOf } from './texts.ts';
import { trainAndTest } from './train-and-test.ts';

const textsOf = (config: LanguageModelConfig, directory: string) =>
  trainAndTest(config, (named) => ({
    ...named,
    read: async () => (await openDocuments(named.written, config, directory)).read(),
  }));

export const languageModel: DatasetReader<LanguageModelConfig> = {
  open: openLanguageModel,
  async look(config, directory, { attempt }) {
    for (const texts of textsOf(config, directory))
      await attempt(texts, async () => firstOf(await texts.read()));
    return undefined;
  },
  texts: textsOf,
  assumedTask: ({ length }) => assumedTexts('language-model', length),
};
