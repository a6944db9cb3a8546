/**
 * The process that tries a provider: its arguments are the provider, the size of the matrices and the repetitions. It
 * answers with a line of JSON, a Probe.
 */
import { readFileSync } from 'node:fs';
import { encodeModel } from '../onnx/graph/encode.ts';
import { graphOf } from '../onnx/graph/graph.ts';
import { node } from '../onnx/graph/record.ts';
import { Value } from '../onnx/graph/value.ts';
import { OrtSession } from '../runtime/session.ts';
import type { ProviderName } from '../runtime/session-options.ts';
import { OrtTensor } from '../runtime/tensor.ts';
import type { Probe } from './probe.ts';

const [provider, ...numbers] = process.argv.slice(2) as [ProviderName, ...string[]];
const [size, repetitions] = numbers.map(Number) as [number, number];

async function gigaflops(): Promise<number> {
  const session = await OrtSession.create(product(), { provider, logSeverityLevel: 3 });
  const matrix = () => new OrtTensor('float32', new Float32Array(size * size).fill(1), [size, size]);
  const feeds = { i0: matrix(), i1: matrix() };
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run <= repetitions; run++) {
    const start = performance.now();
    const { o0 } = await session.run(feeds);
    if (o0!.data[0] !== size) throw new Error('it computes wrong results');
    if (run > 0) best = Math.min(best, performance.now() - start);
  }
  return (2 * size ** 3) / best / 1e6;
}

function product(): Uint8Array {
  const square = { shape: [size, size], type: 'float32' as const };
  const [a, b] = [new Value(square.shape, 'float32'), new Value(square.shape, 'float32')];
  return encodeModel(graphOf([node('MatMul', [a, b], square)]));
}

/** Shared libraries of graphics drivers that this process has loaded, as Linux lists them. */
function driversLoaded(): string[] {
  try {
    const maps = readFileSync('/proc/self/maps', 'utf8');
    const names = /[^/\s]*(?:vk_|libvulkan_|nvidia|_vulkan|VkICD)[^/\s]*\.so\S*/g;
    return [...new Set(maps.match(names) ?? [])];
  } catch {
    return [];
  }
}

const answer = (probe: Probe) =>
  // A provider may hang or crash when it is let go in order.
  process.stdout.write(`${JSON.stringify(probe)}\n`, () => process.exit(0));

gigaflops().then(
  (speed) => answer({ gigaflops: speed, drivers: driversLoaded() }),
  (error: Error) => answer({ problem: error.message, drivers: [] }),
);
