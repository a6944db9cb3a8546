import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { test } from 'node:test';

const root = resolve(import.meta.dirname, '../..');
const ownFolders = /^src\/(experiment|models)\/architectures\//;
/** A comparison with the name of one, or a switch over the names of all. */
const asksWhich =
  /\barchitecture\s*[!=]==?\s*['"](?!string['"])|['"]\s*[!=]==?\s*[\w.]*\barchitecture\b|switch\s*\([^)]*\barchitecture\b/;

test('nothing outside of the folders of architectures asks which of them a model has', () => {
  const wrong: string[] = [];
  for (const floor of ['src', 'extension', 'webview'])
    for (const name of readdirSync(join(root, floor), { recursive: true })) {
      const file = join(floor, String(name)).split(sep).join('/');
      if (!file.endsWith('.ts') || ownFolders.test(file)) continue;
      const lines = readFileSync(join(root, file), 'utf8').split('\n');
      for (const [index, line] of lines.entries())
        if (asksWhich.test(line)) wrong.push(`${file}:${index + 1} ${line.trim()}`);
    }
  assert.deepEqual(wrong, []);
});
