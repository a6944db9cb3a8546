/**
 * Puts on this machine what any of the suites needs, before the first of them runs, so that none is skipped for want of
 * what a later one would have installed. Writes what is there then into the file that it is given.
 */
import { writeFileSync } from 'node:fs';
import { findChromium, installChromium } from './chromium.ts';
import { hasLlamaCpp, installLlamaCpp } from './llama-cpp.ts';
import { findPython, installPython, ownModules } from './python.ts';
import { hasTransformersJs, installTransformersJs } from './transformers-js.ts';
import { installVsCodeServer } from './vscode-installation.ts';

interface Need {
  readonly name: string;
  /** As it stands in the reason of a test that is skipped without it. */
  readonly lacking: string;
  there(): boolean | Promise<boolean>;
  install(): Promise<unknown>;
}

const needs: readonly Need[] = [
  {
    name: 'Chromium',
    lacking: 'Chromium',
    there: () => findChromium() !== undefined,
    install: installChromium,
  },
  { name: 'the VS Code server', lacking: 'VS Code', there: () => false, install: installVsCodeServer },
  { name: 'llama.cpp', lacking: 'llama.cpp', there: hasLlamaCpp, install: installLlamaCpp },
  {
    name: 'transformers.js',
    lacking: 'transformers.js',
    there: hasTransformersJs,
    install: installTransformersJs,
  },
  {
    name: 'transformers for Python',
    lacking: `a Python with ${ownModules.join(', ')}`,
    there: () => findPython(...ownModules) !== undefined,
    install: installPython,
  },
];

const found: Record<string, true | string> = {};
// One after another each would wait for the network alone.
await Promise.all(
  needs.map(async ({ name, lacking, there, install }) => {
    try {
      if (!(await there())) await install();
      found[lacking] = true;
    } catch (error) {
      found[lacking] = error instanceof Error ? error.message : String(error);
      console.log(`${name} cannot be installed here: ${found[lacking]}`);
    }
  }),
);
writeFileSync(process.argv[2]!, JSON.stringify(found));
