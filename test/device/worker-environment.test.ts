import assert from 'node:assert/strict';
import { test } from 'node:test';
import { workerEnvironment } from '../../src/device/worker-environment.ts';

test('huge pages are asked for on Linux beside what else is tuned, unless the user chose', () => {
  const tuned = (value?: string) => workerEnvironment(value === undefined ? {} : { GLIBC_TUNABLES: value });
  if (process.platform !== 'linux') {
    assert.deepEqual(tuned(), {});
    return;
  }
  assert.equal(tuned().GLIBC_TUNABLES, 'glibc.malloc.hugetlb=1');
  assert.equal(tuned('glibc.cpu.x=1').GLIBC_TUNABLES, 'glibc.cpu.x=1:glibc.malloc.hugetlb=1');
  assert.equal(tuned('glibc.malloc.hugetlb=0').GLIBC_TUNABLES, 'glibc.malloc.hugetlb=0');
  assert.equal(workerEnvironment({ OTHER: 'kept' }).OTHER, 'kept');
});
