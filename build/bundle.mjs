// Bundles what runs: the CLI and the training worker (ES modules for Node), and the extension, which share their
// common parts.
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { node } from './node-bundle.mjs';
import { bundleWebview, webviewFolder } from './webview.mjs';

const root = resolve(import.meta.dirname, '..');
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
  outdir: 'dist',
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
});

await bundleWebview(webviewFolder);

await import('./schema.mjs');
await import('./sample.mjs');
