import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { finished } from './finished.ts';
import { lacks } from './lacks.ts';

/**
 * Pythons that tests compare with. What Distillery does never needs one, so a test that has none is skipped.
 */
const packages = ['transformers>=5,<6', 'tokenizers', 'safetensors', 'numpy', 'pillow'];
const home = join(
  process.env.DISTILLERY_TEST_CACHE ?? join(homedir(), '.cache', 'distillery'),
  'python-transformers5',
);
const inside = (folder: string) =>
  process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python');

const has = (python: string, modules: readonly string[]): boolean =>
  // Importing them takes seconds; to look whether they are there does not.
  spawnSync(python, [
    '-c',
    `import importlib.util, sys; sys.exit(any(importlib.util.find_spec(name) is None for name in ${JSON.stringify(modules)}))`,
  ]).status === 0;

/** The Python that has these modules: the one that DISTILLERY_PYTHON names, else the first of the usual ones. */
export function findPython(...modules: string[]): string | undefined {
  const named = process.env.DISTILLERY_PYTHON;
  const candidates = named ? [named] : ['python3', inside(home)];
  return candidates.find((python) => has(python, modules));
}

/** A Python with these modules for a test, or why the test is skipped. */
export function pythonWith(...modules: string[]): { python: string; skip: string | false } {
  const python = findPython(...modules);
  return {
    python: python ?? '',
    skip:
      python === undefined &&
      lacks(`a Python with ${modules.join(', ')}`, 'DISTILLERY_PYTHON names one that lies elsewhere'),
  };
}

/** What a Python that we put together ourselves has; PyTorch is too large for that. */
export const ownModules = ['transformers', 'tokenizers', 'safetensors', 'numpy', 'PIL'];

/** Puts a Python with these modules into the user's cache. Throws an Error saying why that did not work. */
export async function installPython(): Promise<string> {
  const building = `${home}.${process.pid}`;
  await mkdir(building, { recursive: true });
  try {
    const problem =
      (await finished('python3', ['-m', 'venv', building])) ??
      (await finished(
        inside(building),
        ['-m', 'pip', 'install', '-q', '--no-input', '--retries', '1', '--only-binary', ':all:', ...packages],
        { PIP_DEFAULT_TIMEOUT: '20' },
      ));
    if (problem !== undefined) throw new Error(problem);
    await rm(home, { recursive: true, force: true });
    await rename(building, home);
  } finally {
    if (existsSync(building)) await rm(building, { recursive: true, force: true });
  }
  return inside(home);
}
