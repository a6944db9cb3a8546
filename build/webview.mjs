// Bundles the dashboard's page: one plain script, since its components must be there before the window's load event, and
// one style sheet. The page runs in the browser of VS Code 1.100 or newer.
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');

/**
 * @param {string} outdir absolute
 * @returns what the bundler says of it
 */
export async function bundleWebview(outdir) {
  const { metafile } = await build({
    metafile: true,
    absWorkingDir: root,
    bundle: true,
    minify: true,
    sourcemap: 'linked',
    logLevel: 'warning',
    outdir,
    platform: 'browser',
    target: 'chrome132',
    format: 'iife',
    entryPoints: { dashboard: 'webview/main.ts' },
  });
  return metafile;
}

export const webviewFolder = join(root, 'dist', 'webview');
