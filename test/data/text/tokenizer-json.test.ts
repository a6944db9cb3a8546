import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileTokenizer } from '../../../src/data/text/file-tokenizer.ts';

/** Made by test/reference/make-tokenizers.py with Python's `tokenizers`. */
const fixtures = join(import.meta.dirname, '../../fixtures/tokenizers');
const read = (name: string) => JSON.parse(readFileSync(join(fixtures, name), 'utf8'));
const texts: string[] = read('texts.json');
const expected: Record<string, { vocabulary: number; ids: string[]; whole: string }> = read('expected.json');
const kinds = readdirSync(fixtures, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);

const digest = (ids: readonly number[]) => createHash('sha256').update(ids.join()).digest('hex').slice(0, 12);

describe('a tokenizer.json gives the ids that Python’s tokenizers give, whatever stands in a text', () => {
  assert.ok(texts.length > 200 && kinds.length > 10);
  for (const kind of kinds)
    test(kind, async () => {
      const tokenizer = await fileTokenizer(join(fixtures, kind, 'tokenizer.json'));
      const { vocabulary, ids, whole } = expected[kind]!;
      assert.equal(tokenizer.vocabulary, vocabulary);
      const other = texts.filter((text, index) => digest(tokenizer.encode(text)) !== ids[index]);
      assert.deepEqual(other, []);
      assert.equal(digest([...tokenizer.prefix, ...tokenizer.encode('a'), ...tokenizer.suffix]), whole);
    });
});
