import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Device } from '../../src/device/device.ts';
import { hostInput } from '../../src/device/host-input.ts';
import { HostRandom } from '../../src/device/host-random.ts';
import { openDevice } from '../../src/device/open-device.ts';
import { RandomGenerator } from '../../src/device/random-generator.ts';
import { tf } from '../../src/device/tensorflow.ts';

let device: Device;

before(async () => {
  device = await openDevice('cpu', { threads: 1 });
});

after(() => device.dispose());

test('outside a compiled step a host input is a tensor', async () => {
  const tensor = hostInput([2], 'int32', () => Int32Array.of(4, 5));
  assert.equal(tensor.dtype, 'int32');
  assert.deepEqual(Array.from(await tensor.data()), [4, 5]);
});

test('inside one it is filled anew at each run, in the order it was made', async () => {
  let next = 0;
  const numbers = new Float32Array(2);
  const fill = () => numbers.fill(++next);
  const step = device.compile(() => {
    const first = hostInput([2], 'float32', fill);
    const second = hostInput([2], 'float32', () => Float32Array.of(++next, 0));
    // Filled too, though nothing needs it: what is drawn must not depend on what is used.
    hostInput([1], 'float32', () => Float32Array.of(++next));
    return { both: tf.concat([first, second]) };
  });
  assert.deepEqual(Array.from((await step.run({})).both), [1, 1, 2, 0]);
  assert.deepEqual(Array.from((await step.run({})).both), [4, 4, 5, 0]);
  step.dispose();
});

test('a host input filled with too few numbers is refused', async () => {
  const step = device.compile(() => ({ x: hostInput([3], 'float32', () => new Float32Array(2)) }));
  await assert.rejects(step.run({}), /host input of shape \[3\] was filled with 2 numbers/);
});

test('masks of a compiled step continue the generator where it stands', async () => {
  const generator = RandomGenerator.forUse(11, 'dropout');
  const random = new HostRandom(generator);
  const step = device.compile(() => ({ mask: tf.cast(random.bernoulli([50], 0.5), 'float32') }));
  const expected = RandomGenerator.forUse(11, 'dropout');
  const mask = new Uint8Array(50);
  for (let run = 0; run < 3; run++) {
    expected.fillBernoulli(mask, 0.5);
    assert.deepEqual(Array.from((await step.run({})).mask), Array.from(mask));
  }
  assert.deepEqual(generator.getState(), expected.getState());
});
