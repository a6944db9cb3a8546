import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { RunsStore } from '../../webview/state/runs-store.ts';
import { sampleRuns, snapshotOf } from '../page/harness/sample-data.ts';

// The host listens to the window's messages; an event target is all it needs of it.
const page = new EventTarget();
Object.assign(globalThis, { window: page });
const { Host, HostError } = await import('../../webview/host/host.ts');

function pageWithHost(patience?: number) {
  const posted: { id: number }[] = [];
  const api = {
    postMessage: (message: unknown) => posted.push(message as never),
    getState: () => null,
    setState: () => {},
  };
  const host = new Host(api, patience);
  return { host, posted };
}

const arrive = (data: unknown) => page.dispatchEvent(Object.assign(new Event('message'), { data }));

test('an answer settles its own request, whatever the order', async () => {
  const { host, posted } = pageWithHost();
  const first = host.request('report', { format: 'csv', runs: [] });
  const second = host.request('report', { format: 'latex', runs: [] });
  arrive({ kind: 'response', id: posted[1]!.id, result: { text: 'second' } });
  arrive({ kind: 'response', id: posted[0]!.id, result: { text: 'first' } });
  assert.deepEqual(await Promise.all([first, second]), [{ text: 'first' }, { text: 'second' }]);
});

test('an error of the host arrives with its remedy', async () => {
  const { host, posted } = pageWithHost();
  const asked = host.request('run', { run: 'gone' });
  arrive({
    kind: 'response',
    id: posted[0]!.id,
    error: { message: 'no such run', remedy: 'choose another' },
  });
  await assert.rejects(asked, (error: InstanceType<typeof HostError>) => error.remedy === 'choose another');
});

test('a host that never answers is an error, and an answer that comes too late does nothing', async () => {
  const { host, posted } = pageWithHost(10);
  await assert.rejects(host.request('report', { format: 'csv', runs: [] }), /did not answer in time/);
  arrive({ kind: 'response', id: posted[0]!.id, result: { text: 'late' } });
});

test('an answer of another shape is an error', async () => {
  const { host, posted } = pageWithHost();
  const asked = host.request('report', { format: 'csv', runs: [] });
  arrive({ kind: 'response', id: posted[0]!.id, result: { html: '<b>' } });
  await assert.rejects(asked, /form this page does not know/);
});

test('messages of an unknown shape reach nobody', (context) => {
  const warned = context.mock.method(console, 'warn', () => {});
  const { host } = pageWithHost();
  let told = 0;
  host.on('problem', () => {
    told += 1;
  });
  arrive({ kind: 'notification', name: 'problem', message: 7 });
  arrive({ kind: 'notification', name: 'fireworks' });
  arrive('problem');
  assert.equal(told, 0);
  assert.ok(warned.mock.callCount() >= 3);
  arrive({ kind: 'notification', name: 'problem', message: 'disk full' });
  assert.equal(told, 1);
});

test('a burst of changes is told once, with the latest of each run', async () => {
  const store = new RunsStore();
  const snapshot = snapshotOf(sampleRuns({ count: 3 }));
  store.replace(snapshot);
  await pause(20);
  let told = 0;
  store.subscribe(() => {
    told += 1;
  });
  for (let seed = 1; seed <= 50; seed++)
    store.apply({ runs: [{ ...snapshot.runs[0]!, seed }], configs: {}, removed: [] });
  store.apply({ runs: [], configs: {}, removed: [snapshot.runs[1]!.id] });
  await pause(150);
  assert.equal(told, 1);
  assert.equal(store.runs.get(snapshot.runs[0]!.id)!.seed, 50);
  assert.equal(store.runs.size, 2);
});
