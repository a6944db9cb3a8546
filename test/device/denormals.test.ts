import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openDevice } from '../../src/device/open-device.ts';
import { tf } from '../../src/device/tensorflow.ts';

const device = await openDevice('cpu', { threads: 2 });
after(() => device.dispose());

test('what is smaller than the normal numbers counts as zero, in every session and thread', async () => {
  const step = device.compile(({ x }) => ({ y: tf.mul(x!, 1e-3), masked: tf.softmax(x!) }));
  // Two shapes make two sessions; so many elements are shared out to both threads.
  for (const rows of [512, 640]) {
    const data = Float32Array.from({ length: rows * 512 }, (_, index) => (index % 2 === 0 ? -95 : 1e-36));
    const { y, masked } = await step.run({ x: { data, shape: [rows, 512], dtype: 'float32' } });
    assert.ok(Math.abs(y[0]! + 0.095) < 1e-6);
    // 1e-39 could be written as a denormal number, and so could exp(-95) = 5.5e-42.
    for (const [results, parity] of [
      [y, 1],
      [masked, 0],
    ] as const)
      bitsOf(results).forEach((bits, index) => {
        if (index % 2 === parity) assert.equal(bits, 0);
      });
  }
  step.dispose();
});

/** As they are written: in a thread that counts small numbers as zero, JavaScript too reads them so. */
const bitsOf = ({ buffer, byteOffset, length }: Float32Array | Int32Array | Uint8Array) =>
  new Uint32Array(buffer, byteOffset, length);
