import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Inputs that earlier campaigns found: each led somewhere where no other had led, or to a fault that has been mended. A
 * folder for each parser; findings are kept whatever there is, others up to a number.
 */
const most = 30;
const longest = 1024;
const longestFinding = 8192;

export const corpusFolder = (root: string) => join(root, 'test/campaign/corpus');

const folderOf = (corpus: string, parser: string) => join(corpus, parser.replace(/[^\w.]+/g, '-'));

/** Inputs of a parser, always in the same order. */
export function readCorpus(corpus: string, parser: string): Buffer[] {
  const folder = folderOf(corpus, parser);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => readFileSync(join(folder, name)));
}

/** Adds an input, unless it is too long or there are enough. @param finding whether it led to a fault */
export function addToCorpus(corpus: string, parser: string, input: Buffer, finding: boolean): void {
  const folder = folderOf(corpus, parser);
  mkdirSync(folder, { recursive: true });
  if (input.length > (finding ? longestFinding : longest)) return;
  if (!finding && readdirSync(folder).length >= most) return;
  const name = createHash('sha256').update(input).digest('hex').slice(0, 12);
  writeFileSync(join(folder, finding ? `found-${name}` : name), input);
}
