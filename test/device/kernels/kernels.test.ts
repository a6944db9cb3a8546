/**
 * Every kernel of the ONNX backend on ONNX Runtime's CPU provider against the pure JavaScript backend, values and
 * gradients. Cases are tables by family, in families/.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { detectChannelBlocks } from '../../../src/device/onnx/channel-blocks.ts';
import { registerOnnxBackend, unregisterOnnxBackend } from '../../../src/device/onnx/register.ts';
import { families } from './families.ts';
import { KernelSuite } from './oracle.ts';

await detectChannelBlocks();
registerOnnxBackend('onnx', { target: 'cpu', session: { intraOpNumThreads: 1, logSeverityLevel: 4 } });
const suite = new KernelSuite('onnx');
after(() => unregisterOnnxBackend('onnx'));

for (const { name, cases } of families) {
  test(`${name}: as in the pure JavaScript backend`, async () => {
    const faults: string[] = [];
    for (const kernelCase of cases) {
      const fault = await suite.fault(kernelCase);
      if (fault) faults.push(fault);
    }
    assert.deepEqual(faults, []);
  });
}

test('every kernel of the backend has a case', () => {
  assert.deepEqual(suite.unused(), []);
});
