import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';

/** How the extension comes to load these packages before it is activated. */
async function ways(packages: readonly string[]): Promise<string[]> {
  const entry = 'extension/extension.ts';
  const { metafile } = await build({
    absWorkingDir: resolve(import.meta.dirname, '../..'),
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outdir: 'nowhere',
    write: false,
    metafile: true,
  });
  // Breadth first, so that the way told is the shortest. What is imported later, within a function, is not followed.
  const ways = new Map([[entry, [entry]]]);
  for (const [file, way] of ways)
    for (const { path, kind } of metafile.inputs[file]?.imports ?? [])
      if (kind !== 'dynamic-import' && !ways.has(path)) ways.set(path, [...way, path]);
  assert.ok(ways.has('vscode'), [...ways.keys()].join());
  const named = (path: string) => (name: string) => path === name || path.startsWith(`${name}/`);
  return [...ways].filter(([path]) => packages.some(named(path))).map(([, way]) => way.join(' → '));
}

test('activation loads neither the database nor ONNX Runtime nor schemas with its code', async () => {
  assert.deepEqual(await ways(['sqlite3', 'onnxruntime-node', 'onnxruntime-common', 'zod']), []);
});
