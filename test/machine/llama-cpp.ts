import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { finished } from './finished.ts';
import { lacks } from './lacks.ts';

/**
 * llama.cpp, as the npm package node-llama-cpp carries it compiled, for tests that hold GGUF files against it. It lives in
 * the user's cache, outside node_modules: it is as large as all that Distillery ships, which runs without it.
 */
const version = '3.22.1';

/** Those without a GPU. */
const binaries: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'darwin-arm64': 'mac-arm64-metal',
  'darwin-x64': 'mac-x64',
  'win32-x64': 'win-x64',
  'win32-arm64': 'win-arm64',
};
const binary = binaries[`${process.platform}-${process.arch}`];

const home = join(
  process.env.DISTILLERY_TEST_CACHE ?? join(homedir(), '.cache', 'distillery'),
  `llama-cpp-${version}`,
);
const entryIn = (folder: string) =>
  pathToFileURL(join(folder, 'node_modules/node-llama-cpp/dist/index.js')).href;

/** Whether it is there. */
export const hasLlamaCpp = () => existsSync(join(home, 'complete'));

/** Why there is no llama.cpp here, or false. */
export const withoutLlamaCpp = !hasLlamaCpp() && lacks('llama.cpp', 'npm test installs it where it can');

/** Never downloads or compiles another one. */
const settings = { gpu: false, build: 'never', skipDownload: true, logLevel: 'error', progressLogs: false };

/** What the tests take of node-llama-cpp. */
export interface LlamaCpp {
  loadModel(options: { modelPath: string; useMmap: boolean }): Promise<LlamaModel>;
  dispose(): Promise<void>;
}

export interface LlamaModel {
  readonly tokens: {
    readonly bos: number | null;
    readonly eos: number | null;
    readonly shouldPrependBosToken: boolean;
  };
  tokenize(text: string, specialTokens?: boolean): number[];
  detokenize(ids: readonly number[], specialTokens?: boolean): string;
  createContext(options: Record<string, unknown>): Promise<{
    getSequence(): {
      evaluateWithMetadata(
        ids: readonly number[],
        metadata: { confidence: true },
        options: { temperature: 0; yieldEogToken: true },
      ): AsyncGenerator<{ token: number; confidence: number }>;
    };
    dispose(): Promise<void>;
  }>;
  dispose(): Promise<void>;
}

/** Throws where there is none. */
export async function openLlamaCpp(): Promise<LlamaCpp> {
  const { getLlama } = await import(entryIn(home));
  return getLlama(settings);
}

/** Puts it into the user's cache, from the npm registry alone. Throws an Error saying why that did not work. */
export async function installLlamaCpp(): Promise<void> {
  if (binary === undefined) throw new Error(`none is made for ${process.platform}-${process.arch}`);
  const building = `${home}.${process.pid}`;
  await mkdir(building, { recursive: true });
  try {
    await writeFile(join(building, 'package.json'), '{"name":"llama-cpp","private":true}\n');
    const packages = ['node-llama-cpp', `@node-llama-cpp/${binary}`].map((name) => `${name}@${version}`);
    // Of a file: it starts itself once more, with the options that Node was given.
    const trial = join(building, 'trial.mjs');
    await writeFile(
      trial,
      `import { getLlama } from 'node-llama-cpp';\nawait (await getLlama(${JSON.stringify(settings)})).dispose();\n`,
    );
    // Of what it could use of GPUs nothing: that takes a gigabyte.
    const options = ['--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund'];
    const problem =
      (await finished('npm', ['install', ...options, ...packages], {}, building)) ??
      (await finished(process.execPath, [trial]));
    if (problem !== undefined) throw new Error(problem);
    await writeFile(join(building, 'complete'), '');
    await rm(home, { recursive: true, force: true });
    await rename(building, home);
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}
