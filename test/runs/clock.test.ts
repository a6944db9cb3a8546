import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { thisProcess } from '../../src/base/locks/process-identity.ts';
import { markIfGone } from '../../src/runs/queue/last-word.ts';
import { Lease } from '../../src/runs/queue/lease.ts';
import type { RunStore } from '../../src/runs/store.ts';
import { addRun, temporaryStore } from './support.ts';

const days = 86_400_000;

const writeLease = (store: RunStore, holder: string, expiresAt: number) =>
  store.transaction((database) =>
    database.run('INSERT INTO leases (name, holder, expires_at) VALUES (?, ?, ?)', [
      'queue',
      holder,
      expiresAt,
    ]),
  );

/** Lets the clock that only goes forward go on by so much at once. */
function skip(t: TestContext) {
  let ahead = 0;
  const real = performance.now.bind(performance);
  t.mock.method(performance, 'now', () => real() + ahead);
  return (ms: number) => {
    ahead += ms;
  };
}

test('a lease from the future whose holder is dead is taken over at once', async (t) => {
  const store = await temporaryStore(t);
  const dead = { ...(await thisProcess()), start: 'long ago', token: 'x' };
  await writeLease(store, JSON.stringify(dead), Date.now() + 2 * days);
  assert.equal(await new Lease(store, 'queue').take(), true);
});

test('a lease from the future that nobody renews is taken over after ten seconds', async (t) => {
  const store = await temporaryStore(t);
  const later = skip(t);
  await writeLease(store, 'elsewhere/17/as version 0.1.0 wrote it', Date.now() + 2 * days);
  const lease = new Lease(store, 'queue');
  assert.equal(await lease.take(), false);
  later(11_000);
  assert.equal(await lease.take(), true);
});

test('a lease that is renewed is not taken over, whatever the clocks say', async (t) => {
  const store = await temporaryStore(t);
  const later = skip(t);
  const other = new Lease(store, 'queue');
  assert.equal(await other.take(), true);
  const lease = new Lease(store, 'queue');
  for (let round = 0; round < 4; round++) {
    assert.equal(await lease.take(), false);
    later(8_000);
    assert.equal(await other.take(), true);
  }
  await other.release();
  assert.equal(await lease.take(), true);
});

test('a run that was claimed in the future counts as starting for half a minute, not for days', async (t) => {
  const store = await temporaryStore(t);
  const later = skip(t);
  const id = await addRun(store);
  await store.transaction((database) =>
    database.run("UPDATE runs SET state = 'running', claimed_at = ? WHERE id = ?", [
      Date.now() + 2 * days,
      id,
    ]),
  );
  assert.equal(await markIfGone(store, id), false);
  later(31_000);
  assert.equal(await markIfGone(store, id), true);
  assert.equal((await store.get(id))!.state, 'failed');
});
