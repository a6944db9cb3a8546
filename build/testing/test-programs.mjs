// Compiles the unit tests, and the programs that they start again and again, before the first of them runs. Each is a
// process of its own: from sources it would spend more time on reading and compiling the same modules than on its tests.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { node } from '../node-bundle.mjs';

const root = resolve(import.meta.dirname, '../..');
// Within the repository, for what is compiled takes packages from it.
const cache = join(root, 'node_modules/.cache');

/** By the names that test/program.ts starts them by. */
const programs = {
  main: 'src/worker/main.ts',
  'checking-main': 'src/checks/apart/checking-main.ts',
  'exporting-main': 'src/export/apart/exporting-main.ts',
  // As the compiled worker finds it, beside itself.
  exporter: 'src/export/apart/exporting-main.ts',
  'fake-worker': 'test/runs/fake-worker.ts',
  'fake-cli': 'test/cli/fake-cli.ts',
  'deaf-worker': 'test/worker/deaf-worker.ts',
  'lock-holder': 'test/training/lock-holder.ts',
  'concurrent-writer': 'test/runs/concurrent-writer.ts',
  'parser-child': 'test/campaign/programs/parser-child.ts',
  'real-cli': 'test/campaign/programs/real-cli.ts',
  'random-writer': 'test/extension/views/random-writer.ts',
  'webgpu-child': 'test/device/kernels/webgpu-child.ts',
};

/**
 * @param name of the folder, for whoever needs one that others leave alone
 * @returns the folder they are in
 */
export async function compileTestPrograms(name = 'distillery-test-programs') {
  return await compile(name, { entryPoints: programs });
}

/** A module keeps the place of its source, from which it finds fixtures, packages and other sources. */
const placesOfSources = {
  name: 'places of sources',
  setup({ onLoad }) {
    onLoad({ filter: /\.m?ts$|\.mjs$/ }, ({ path }) => {
      const inside = relative(root, path);
      if (inside.startsWith('..') || inside.split(sep).includes('node_modules')) return undefined;
      const source = readFileSync(path, 'utf8');
      const places = { dirname: dirname(path), filename: path, url: pathToFileURL(path).href };
      return {
        contents: source.replace(/\bimport\.meta\.(dirname|filename|url)\b/g, (_, word) =>
          JSON.stringify(places[word]),
        ),
        loader: path.endsWith('ts') ? 'ts' : 'js',
      };
    });
  },
};

/** Modules of the extension import what only VS Code has; here they get the stand-in. */
const standIn = { vscode: './test/extension/fake-vscode.ts' };

/**
 * @param files of tests, from the root of the repository
 * @returns where each is compiled to. `node --test` runs files in the order of their paths: these are in the order given.
 */
export async function compileTests(files) {
  const outs = files.map((file, index) => `${`${index}`.padStart(5, '0')}/${file.replace(/\.ts$/, '')}`);
  const outdir = await compile('distillery-tests', {
    entryPoints: files.map((file, index) => ({ in: file, out: outs[index] })),
    plugins: [...node.plugins, placesOfSources],
    alias: standIn,
    external: [...node.external.filter((name) => name !== 'vscode'), 'esbuild', 'playwright-core'],
  });
  return outs.map((out) => join(outdir, `${out}.mjs`));
}

/**
 * Files of tests that one process after the other runs: each of these has its share of them.
 * @param {string[]} compiled by compileTests()
 * @returns the files to run
 */
export function inProcesses(compiled, processes) {
  const shares = Array.from({ length: Math.min(processes, compiled.length) }, (_, at) =>
    compiled.filter((_, index) => index % processes === at),
  );
  return shares.map((share) => {
    const file = share[0].replace(/\.mjs$/, '.all.mjs');
    writeFileSync(file, share.map((one) => `import ${JSON.stringify(pathToFileURL(one).href)};\n`).join(''));
    return file;
  });
}

async function compile(name, options) {
  const outdir = join(cache, name);
  rmSync(outdir, { recursive: true, force: true });
  await build({ ...node, outdir, splitting: true, chunkNames: 'chunks/[name]-[hash]', ...options });
  return outdir;
}
