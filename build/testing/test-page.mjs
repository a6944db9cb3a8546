// Bundles the dashboard's page for tests in a browser without VS Code, with a fake host in front of it.
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { bundleWebview } from '../webview.mjs';

const root = resolve(import.meta.dirname, '../..');

/** @param {string} outdir absolute */
export async function bundleTestPage(outdir) {
  await Promise.all([
    bundleWebview(outdir),
    build({
      absWorkingDir: root,
      bundle: true,
      logLevel: 'warning',
      mainFields: ['browser', 'module', 'main'],
      platform: 'browser',
      format: 'iife',
      target: 'chrome132',
      outfile: join(outdir, 'fake-host.js'),
      entryPoints: ['test/page/harness/fake-host.ts'],
    }),
  ]);
}
