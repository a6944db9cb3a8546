import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { finished } from './finished.ts';
import { lacks } from './lacks.ts';

/**
 * transformers.js, for tests that open exported students in it. It lives in the user's cache, outside node_modules: with
 * all it brings it is far larger than what Distillery ships, which runs without it.
 */
const version = '4.3.2';

const home = join(
  process.env.DISTILLERY_TEST_CACHE ?? join(homedir(), '.cache', 'distillery'),
  `transformers-js-${version}`,
);
/** By which the package that stands for ONNX Runtime finds the one of this repository. */
const runtimeVariable = 'DISTILLERY_TEST_ONNXRUNTIME';

const entryIn = (folder: string) =>
  pathToFileURL(join(folder, 'node_modules/@huggingface/transformers/dist/transformers.node.mjs')).href;

/** Whether it is there. */
export const hasTransformersJs = () => existsSync(join(home, 'complete'));

/** Why there is no transformers.js here, or false. */
export const withoutTransformersJs =
  !hasTransformersJs() && lacks('transformers.js', 'npm test installs it where it can');

/** Of ONNX Runtime for browsers, what transformers.js fetches beside its own bundle. */
const webRuntime = /^ort-wasm-simd-threaded\.asyncify\.(mjs|wasm)$/;

/** Where the files lie that a page gets of a content network, by the paths they have there below its address. */
export const filesForPages = {
  address: 'https://cdn.jsdelivr.net/npm/',
  /** @returns undefined for what such a page does not need */
  find(path: string): string | undefined {
    const named = /^(@huggingface\/transformers|onnxruntime-web)@[\w.-]+\/dist\/([\w.-]+)$/.exec(path);
    const file = named && join(home, 'node_modules', named[1]!, 'dist', named[2]!);
    return file && existsSync(file) ? file : undefined;
  },
  transformers: `@huggingface/transformers@${version}/dist/transformers.min.js`,
};

interface Tensor {
  readonly dims: readonly number[];
  readonly data: ArrayLike<number | bigint>;
}
interface Image {
  grayscale(): Image;
}
export type Inputs = Readonly<Record<string, Tensor | undefined>>;
type Answer = { readonly label: string; readonly score: number };

export interface Opened {
  (inputs: Inputs): Promise<{ readonly logits: Tensor }>;
  generate(options: Readonly<Record<string, unknown>>): Promise<Tensor>;
  dispose(): Promise<unknown>;
}
type Tokenize = (texts: readonly string[], options: Readonly<Record<string, unknown>>) => Inputs;
type Process = (images: readonly Image[]) => Promise<{ readonly pixel_values: Tensor }>;
export interface Pipeline {
  (given: readonly unknown[], options: Readonly<Record<string, unknown>>): Promise<readonly Answer[][]>;
  readonly model: Opened;
  readonly tokenizer: Tokenize;
  readonly processor: Process;
}
type From<T> = { from_pretrained(name: string, options?: Readonly<Record<string, unknown>>): Promise<T> };

/** What the tests take of transformers.js, in Node and in pages alike. */
export interface TransformersJs {
  readonly env: {
    allowRemoteModels: boolean;
    allowLocalModels: boolean;
    localModelPath: string;
    useBrowserCache: boolean;
    useWasmCache: boolean;
    logLevel: number;
  };
  readonly AutoModel: From<Opened>;
  readonly AutoTokenizer: From<Tokenize>;
  readonly AutoImageProcessor: From<Process>;
  readonly RawImage: { fromBlob(blob: Blob): Promise<Image> };
  pipeline(task: string, name: string, options: Readonly<Record<string, unknown>>): Promise<Pipeline>;
}

/** Throws where there is none. */
export async function openTransformersJs(): Promise<TransformersJs> {
  process.env[runtimeVariable] = createRequire(import.meta.url).resolve('onnxruntime-node');
  return import(entryIn(home));
}

/** Puts it into the user's cache, from the npm registry alone. Throws an Error saying why that did not work. */
export async function installTransformersJs(): Promise<void> {
  const building = `${home}.${process.pid}`;
  const write = (file: string, content: string) => writeFile(join(building, file), content);
  // ONNX Runtime for Node is here already; another one would be most of the download.
  const stand = 'onnxruntime-node';
  await mkdir(join(building, stand), { recursive: true });
  try {
    const manifest = {
      name: 'transformers-js',
      private: true,
      dependencies: { '@huggingface/transformers': version },
      overrides: { [stand]: `file:${stand}` },
    };
    await write('package.json', JSON.stringify(manifest));
    await write(`${stand}/package.json`, JSON.stringify({ name: stand, version: '1.30.0', main: 'main.js' }));
    await write(`${stand}/main.js`, `module.exports = require(process.env.${runtimeVariable});\n`);
    const options = ['--ignore-scripts', '--install-links', '--no-audit', '--no-fund'];
    const installed = await finished('npm', ['install', ...options], {}, building);
    if (installed !== undefined) throw new Error(installed);
    const web = join(building, 'node_modules/onnxruntime-web/dist');
    for (const name of await readdir(web)) if (!webRuntime.test(name)) await rm(join(web, name));
    const trial = `await import(${JSON.stringify(entryIn(building))})`;
    const runtime = createRequire(import.meta.url).resolve('onnxruntime-node');
    const words = ['--input-type=module', '--eval', trial];
    const problem = await finished(process.execPath, words, { [runtimeVariable]: runtime });
    if (problem !== undefined) throw new Error(problem);
    await write('complete', '');
    await rm(home, { recursive: true, force: true });
    await rename(building, home);
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}
