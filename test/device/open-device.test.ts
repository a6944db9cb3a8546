import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../src/base/user-error.ts';
import { listDevices } from '../../src/device/list-devices.ts';
import { openDevice } from '../../src/device/open-device.ts';
import { tf } from '../../src/device/tensorflow.ts';

test('every kind of device is listed, and one that is missing says what to do', async () => {
  const devices = await listDevices();
  assert.deepEqual(
    devices.map(({ kind }) => kind),
    ['cuda', 'webgpu', 'cpu'],
  );
  for (const { available, name, detail, remedy } of devices) {
    assert.notEqual(name, '');
    assert.notEqual(detail, '');
    if (!available) assert.match(remedy ?? '', /[Ii]nstall|update/);
  }
  assert.equal(devices.at(-1)!.available, true);
});

test('a named device that cannot be used is the user’s mistake, with a remedy; others open', async () => {
  for (const { kind, available } of await listDevices()) {
    if (kind === 'cpu') continue;
    const opening = openDevice(kind);
    if (available) {
      const device = await opening;
      assert.equal(device.kind, kind);
      await device.dispose();
    } else {
      await assert.rejects(opening, (error) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, new RegExp(`The device '${kind}' cannot be used: `));
        assert.ok(error.remedy);
        return true;
      });
    }
  }
});

test('an opened device is the current backend, named with its threads; disposed, it is gone', async () => {
  const device = await openDevice('cpu', { threads: 3 });
  assert.equal(device.name, 'CPU · 3 threads');
  assert.equal(tf.getBackend(), device.backend);
  assert.deepEqual(Array.from(await tf.add(1, 2).data()), [3]);
  await device.dispose();
  assert.equal(tf.findBackend(device.backend), null);
  assert.equal(tf.getKernelsForBackend(device.backend).length, 0);
});

test('several devices live side by side, and tensors move between them', async () => {
  const first = await openDevice('cpu', { threads: 1 });
  const x = tf.tensor([1, 2, 3]);
  const second = await openDevice('cpu', { threads: 1 });
  assert.notEqual(first.backend, second.backend);
  assert.deepEqual(Array.from(await tf.mul(x, 2).data()), [2, 4, 6]);
  await second.dispose();
  await first.dispose();
});
