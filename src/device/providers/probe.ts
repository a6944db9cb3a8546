import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { encodeModel } from '../onnx/graph/encode.ts';
import { graphOf } from '../onnx/graph/graph.ts';
import { node } from '../onnx/graph/record.ts';
import { Value } from '../onnx/graph/value.ts';

export interface Probe {
  /** Billions of floating-point operations a second in a matrix product; undefined where it did not run. */
  readonly gigaflops?: number;
  /** Shared libraries of graphics drivers that were loaded (Linux). */
  readonly drivers: readonly string[];
  /** What went wrong. */
  readonly problem?: string;
}

const size = 384;
const repetitions = 4;
const timeLimit = 60_000;

/**
 * Runs a matrix product on an execution provider in a process of its own, since a provider whose driver is missing or
 * broken may end the process that loads it.
 */
export async function probe(provider: 'webgpu' | 'cuda'): Promise<Probe> {
  const child = spawn(process.execPath, ['-e', script], {
    // An editor's runtime must be told to be Node.
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: timeLimit,
  });
  const output = collected(child.stdout);
  const errors = collected(child.stderr);
  const request = {
    runtime: createRequire(import.meta.url).resolve('onnxruntime-node'),
    model: Buffer.from(model()).toString('base64'),
    provider,
    size,
    repetitions,
  };
  child.stdin.on('error', () => undefined);
  child.stdin.end(JSON.stringify(request));
  const ended = await new Promise<string | undefined>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) =>
      resolve(
        signal ? `the process that tried it was ended by ${signal}` : code ? `exit code ${code}` : undefined,
      ),
    );
  });
  const line = (await output).split('\n').find((text) => text.startsWith('{'));
  if (line) return JSON.parse(line) as Probe;
  const lastWords = (await errors).trim().split('\n').at(-1);
  return { drivers: [], problem: lastWords || ended || 'no answer' };
}

function model(): Uint8Array {
  const square = { shape: [size, size], type: 'float32' as const };
  const [a, b] = [new Value(square.shape, 'float32'), new Value(square.shape, 'float32')];
  return encodeModel(graphOf([node('MatMul', [a, b], square)]));
}

async function collected(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += chunk;
  return text;
}

/** Kept as text, not as a function, so that it needs no file of its own beside a bundle. */
const script = `
const { readFileSync } = require('node:fs');
const request = JSON.parse(readFileSync(0, 'utf8'));
const answer = (result) => { process.stdout.write(JSON.stringify(result) + '\\n', () => process.exit(0)); };
(async () => {
  const ort = require(request.runtime);
  const session = await ort.InferenceSession.create(Buffer.from(request.model, 'base64'), {
    executionProviders: [request.provider], logSeverityLevel: 3,
  });
  const { size } = request;
  const numbers = new Float32Array(size * size).fill(1);
  const feeds = {
    i0: new ort.Tensor('float32', numbers, [size, size]),
    i1: new ort.Tensor('float32', numbers, [size, size]),
  };
  let best = Infinity;
  for (let run = 0; run <= request.repetitions; run++) {
    const start = performance.now();
    const { o0 } = await session.run(feeds);
    if (o0.data[0] !== size) throw new Error('it computes wrong results');
    if (run > 0) best = Math.min(best, performance.now() - start);
  }
  let drivers = [];
  try {
    const maps = readFileSync('/proc/self/maps', 'utf8');
    drivers = [...new Set(maps.match(/[^\\/\\s]*(?:vk_|libvulkan_|nvidia|_vulkan|VkICD)[^\\/\\s]*\\.so[^\\s]*/g) ?? [])];
  } catch {}
  answer({ gigaflops: (2 * size ** 3) / best / 1e6, drivers });
})().catch((error) => answer({ problem: error.message, drivers: [] }));
`;
