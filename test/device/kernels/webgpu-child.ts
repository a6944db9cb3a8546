/** Runs the kernel suite on ONNX Runtime's WebGPU provider and writes one line of JSON for each family. */
import { registerOnnxBackend } from '../../../src/device/onnx/register.ts';
import { tf } from '../../../src/device/tensorflow.ts';
import type { KernelCase } from './case.ts';
import { families } from './families.ts';
import { KernelSuite } from './oracle.ts';

export type ChildLine =
  | { readonly unavailable: string }
  | { readonly family: string; readonly cases: number; readonly faults: readonly string[] };

const write = (line: ChildLine) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** Shaders compute with fewer certain digits. */
function forShaders(kernelCase: KernelCase): KernelCase {
  const { coarseOnShaders, relative, absolute } = kernelCase;
  return coarseOnShaders
    ? { ...kernelCase, relative: 2e-3, absolute: 5e-4 }
    : { ...kernelCase, relative: Math.max(relative, 1e-4), absolute: Math.max(absolute, 2e-5) };
}

registerOnnxBackend('onnx-webgpu', {
  target: 'webgpu',
  session: {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    provider: 'webgpu',
    logSeverityLevel: 4,
  },
});
try {
  await tf.setBackend('onnx-webgpu');
  await tf.add(tf.tensor1d([1, 2]), tf.tensor1d([3, 4])).data();
} catch (error) {
  write({ unavailable: String(error) });
  process.exit(0);
}

const suite = new KernelSuite('onnx-webgpu');
for (const { name, cases } of families) {
  const chosen = cases.filter(({ special }) => !special).map(forShaders);
  const faults: string[] = [];
  for (const kernelCase of chosen) {
    const fault = await suite.fault(kernelCase);
    if (fault) faults.push(fault);
  }
  write({ family: name, cases: chosen.length, faults });
}
// A held GPU device keeps the process alive.
process.exit(0);
