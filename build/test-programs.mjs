// Compiles the programs that unit tests start again and again, so that each start does not compile its sources anew.
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { node } from './node-bundle.mjs';

const root = resolve(import.meta.dirname, '..');

/** By the names that test/program.ts starts them by. */
const entryPoints = {
  main: 'src/worker/main.ts',
  'fake-worker': 'test/runs/fake-worker.ts',
  'fake-cli': 'test/cli/fake-cli.ts',
  'deaf-worker': 'test/worker/deaf-worker.ts',
  'lock-holder': 'test/training/lock-holder.ts',
  'concurrent-writer': 'test/runs/concurrent-writer.ts',
  'random-writer': 'test/extension/views/random-writer.ts',
};

/** @returns the folder they are in; within the repository, for they take native packages from it. */
export async function compileTestPrograms() {
  const outdir = join(root, 'node_modules/.cache/distillery-test-programs');
  rmSync(outdir, { recursive: true, force: true });
  await build({ ...node, entryPoints, outdir, splitting: true, chunkNames: 'chunks/[name]-[hash]' });
  return outdir;
}
