import { resolve } from 'node:path';
import type { TokenizerConfig } from '../../experiment/text-dataset-schema.ts';
import { byteTokenizer } from './byte-tokenizer.ts';
import { fileTokenizer } from './file-tokenizer.ts';
import type { Tokenizer } from './tokenizer.ts';
import { WordCounter } from './word-tokenizer.ts';

/**
 * The tokenizer an experiment names.
 * @param trainingTexts read through once where a vocabulary is built from them.
 * @throws UserError if a file cannot be read, or the texts have no frequent words.
 */
export async function openTokenizer(
  config: TokenizerConfig,
  directory: string,
  trainingTexts: () => AsyncIterable<string>,
): Promise<Tokenizer> {
  switch (config.kind) {
    case 'file':
      return fileTokenizer(resolve(directory, config.file));
    case 'bytes':
      return byteTokenizer();
    case 'words': {
      const counter = new WordCounter(config);
      for await (const text of trainingTexts()) counter.add(text);
      return counter.tokenizer();
    }
  }
}
