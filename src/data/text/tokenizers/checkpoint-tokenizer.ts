import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileTokenizer } from './file-tokenizer.ts';
import type { Tokenizer } from './tokenizer.ts';

const fileName = 'tokenizer.json';
/** A large tokenizer takes a second to read, and an editor asks at every letter. */
const kept = new Map<string, Promise<Tokenizer>>();
const mostKept = 4;

/** Where a checkpoint's own tokenizer lies; undefined where it has none that can be read. */
export async function tokenizerFileOf(folder: string): Promise<string | undefined> {
  const names = await readdir(folder).catch((): string[] => []);
  return names.includes(fileName) ? join(folder, fileName) : undefined;
}

/**
 * The tokenizer that a checkpoint was saved with; undefined where there is none.
 * @throws UserError if there is one that cannot be used
 */
export async function checkpointTokenizer(folder: string): Promise<Tokenizer | undefined> {
  const file = await tokenizerFileOf(folder);
  return file === undefined ? undefined : storedTokenizer(file);
}

/** A tokenizer.json, kept while neither it nor tokenizer_config.json beside it changes. @throws UserError as it */
export async function storedTokenizer(file: string): Promise<Tokenizer> {
  const stamps = await Promise.all(
    [file, join(file, '..', 'tokenizer_config.json')].map(async (one) => {
      const status = await stat(one).catch(() => undefined);
      return status && [status.size, status.mtimeMs];
    }),
  );
  const key = JSON.stringify([file, stamps]);
  let tokenizer = kept.get(key);
  if (!tokenizer) {
    tokenizer = fileTokenizer(file);
    tokenizer.catch(() => kept.delete(key));
    if (kept.size >= mostKept) kept.delete(kept.keys().next().value!);
    kept.set(key, tokenizer);
  }
  return tokenizer;
}

/** Other files that hold a tokenizer, for which Python is needed. */
const otherFiles = ['tokenizer.model', 'spiece.model', 'sentencepiece.bpe.model', 'vocab.txt', 'vocab.json'];

/** What to say of a checkpoint whose tokens are not known, so that texts become words. */
export async function noTokenizer(
  folder: string,
  role: string,
): Promise<{ message: string; remedy: string }> {
  const names = await readdir(folder).catch((): string[] => []);
  const other = otherFiles.find((name) => names.includes(name));
  return {
    message: `The ${role} in ${folder} has no ${fileName}${other === undefined ? '' : `, only a ${other}`}, so it is not known which tokens it was trained on: texts are cut into words, which are likely others.`,
    remedy:
      other === undefined
        ? `Put its ${fileName} there, or name a "tokenizer" of the dataset.`
        : `Save it as ${fileName} by AutoTokenizer.from_pretrained(…).save_pretrained(…) of transformers, or name a "tokenizer" of the dataset.`,
  };
}
