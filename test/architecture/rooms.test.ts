import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const root = resolve(import.meta.dirname, '../..');
const folders = ['build', 'extension', 'src', 'test', 'webview'];
const isSource = (name: string) => /\.(ts|mts|mjs|css|py)$/.test(name);
const mostFiles = 20;
const mostLines = 300;

/** Every folder with the sources that lie in it, not those in folders of its own. */
function* rooms(folder: string): Generator<[folder: string, sources: readonly string[]]> {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  yield [folder, entries.filter((entry) => entry.isFile() && isSource(entry.name)).map(({ name }) => name)];
  for (const entry of entries) if (entry.isDirectory()) yield* rooms(`${folder}/${entry.name}`);
}

const all = folders.flatMap((folder) => [...rooms(folder)]);

test('no folder has more source files than one sees at a glance', () => {
  const crowded = all.flatMap(([folder, { length }]) =>
    length > mostFiles ? [`${folder} has ${length} source files, more than ${mostFiles}`] : [],
  );
  assert.deepEqual(crowded, []);
});

test('no source file is longer than what one keeps in mind', () => {
  const long = all.flatMap(([folder, sources]) =>
    sources.flatMap((name) => {
      const lines = readFileSync(join(root, folder, name), 'utf8').split('\n').length - 1;
      return lines > mostLines ? [`${folder}/${name} has ${lines} lines, more than ${mostLines}`] : [];
    }),
  );
  assert.deepEqual(long, []);
});

test('both rules see the rooms of every floor', () => {
  const count = (folder: string) => all.find(([one]) => one === folder)?.[1].length ?? 0;
  for (const folder of ['build', 'src/strategies/losses', 'test/architecture', 'webview/style'])
    assert.ok(count(folder) > 0, folder);
});
