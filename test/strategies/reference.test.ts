import '@tensorflow/tfjs-backend-cpu';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openDevice } from '../../src/device/open-device.ts';
import { tf } from '../../src/device/tensorflow.ts';
import { computeCase, numbersOf, type ReferenceCase, referenceCases } from './reference-case.ts';

/** Relative to the largest entry of a tensor; what is 0 in the reference may be off by rounding. */
const relative = 1e-5;
const absolute = 1e-6;

function assertClose(what: string, actual: ArrayLike<number>, expected: readonly number[]): void {
  const scale = Math.max(...expected.map(Math.abs));
  const allowed = Math.max(absolute, relative * scale);
  assert.equal(actual.length, expected.length, what);
  expected.forEach((value, index) => {
    const off = Math.abs(actual[index]! - value);
    assert.ok(off <= allowed, `${what}[${index}] is ${actual[index]}, not ${value}: off by ${off}`);
  });
}

async function compare(given: ReferenceCase): Promise<void> {
  const { terms, gradients } = await computeCase(given);
  const { expected } = given;
  assert.deepEqual(Object.keys(terms).sort(), Object.keys(expected.terms).sort());
  for (const [name, { weight, value }] of Object.entries(expected.terms)) {
    assert.ok(Math.abs(terms[name]!.weight - weight) < 1e-12, `weight of ${name}`);
    assertClose(`term ${name}`, [terms[name]!.value], [value]);
  }
  for (const [name, gradient] of Object.entries(expected.gradients))
    assertClose(`gradient of ${name}`, gradients[name]!, numbersOf(gradient));
}

const backends = [
  {
    name: 'the pure JavaScript backend',
    open: async () => {
      await tf.setBackend('cpu');
      return { dispose: async () => {} };
    },
  },
  { name: 'the ONNX backend', open: () => openDevice('cpu', { threads: 1 }) },
];

for (const { name, open } of backends)
  describe(`losses and gradients equal PyTorch's on ${name}`, () => {
    let device: Awaited<ReturnType<typeof open>>;
    before(async () => {
      device = await open();
    });
    after(() => device.dispose());
    for (const given of referenceCases) test(given.name, () => compare(given));
  });
