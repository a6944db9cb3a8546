import { resolve } from 'node:path';
import { defaultWords, type TokenizerConfig } from '../../../experiment/datasets/tokenizer.ts';
import { byteTokenizer } from './byte-tokenizer.ts';
import { fileTokenizer } from './file-tokenizer.ts';
import type { Tokenizer } from './tokenizer.ts';
import { WordCounter, type WordOptions } from './word-tokenizer.ts';

/**
 * The tokenizer an experiment names; "auto" where no checkpoint brings one.
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
    case 'words':
      return wordsOf(trainingTexts(), config);
    case 'auto':
      return wordsOf(trainingTexts(), defaultWords);
  }
}

async function wordsOf(texts: AsyncIterable<string>, options: WordOptions): Promise<Tokenizer> {
  const counter = new WordCounter(options);
  for await (const text of texts) counter.add(text);
  return counter.tokenizer();
}
