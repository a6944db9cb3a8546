// Bundles what runs: the CLI and the training worker (ES modules for Node), and the extension, which share their
// common parts.
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { noticesOf } from './licenses/notices.mjs';
import { listFile, shippedPackages } from './licenses/shipped.mjs';
import { node } from './node-bundle.mjs';
import { bundleWebview, webviewFolder } from './webview.mjs';

const root = resolve(import.meta.dirname, '..');
const entryPoints = {
  cli: 'src/cli/main.ts',
  worker: 'src/worker/main.ts',
  checker: 'src/checks/apart/checking-main.ts',
  exporter: 'src/export/apart/exporting-main.ts',
  prober: 'src/device/providers/probing-main.ts',
  extension: 'extension/extension.ts',
  // A thread of the extension.
  comparison: 'extension/dashboard/comparison-worker.ts',
};

await rm(join(root, 'dist'), { recursive: true, force: true });
const { metafile } = await build({
  ...node,
  entryPoints: Object.fromEntries(
    Object.entries(entryPoints).filter(([, file]) => existsSync(join(root, file))),
  ),
  outdir: 'dist',
  splitting: true,
  metafile: true,
  chunkNames: 'chunks/[name]-[hash]',
});

const packages = shippedPackages([metafile, await bundleWebview(webviewFolder)]);
await writeFile(listFile, `${JSON.stringify(packages, undefined, 2)}\n`);
await writeFile(join(root, 'dist/THIRD-PARTY-NOTICES.txt'), noticesOf(packages));

await import('./schema.mjs');
await import('./sample.mjs');
