import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { byteTokenizer } from '../../../src/data/text/tokenizers/byte-tokenizer.ts';
import { fileTokenizer } from '../../../src/data/text/tokenizers/file-tokenizer.ts';
import type { Tokenizer } from '../../../src/data/text/tokenizers/tokenizer.ts';
import { WordCounter } from '../../../src/data/text/tokenizers/word-tokenizer.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/tokenizers');

/** Texts on which tokenizers disagree. */
export const texts: readonly string[] = JSON.parse(readFileSync(join(fixtures, 'texts.json'), 'utf8'));

/** Tokenizers of every kind that a student can have, by names for tests. */
export async function tokenizers(): Promise<Map<string, Tokenizer>> {
  const counter = new WordCounter({ size: 200, minCount: 1, lowercase: true });
  const capitals = new WordCounter({ size: 90, minCount: 1, lowercase: false });
  for (const text of texts) {
    counter.add(text);
    capitals.add(text);
  }
  const all = new Map([
    ['own-words', counter.tokenizer()],
    ['own-capitals', capitals.tokenizer()],
    ['own-bytes', byteTokenizer()],
  ]);
  for (const entry of readdirSync(fixtures, { withFileTypes: true }))
    if (entry.isDirectory())
      all.set(entry.name, await fileTokenizer(join(fixtures, entry.name, 'tokenizer.json')));
  return all;
}
