import './window.ts';
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventLine } from '../../../extension/dashboard/detail/event-lines.ts';
import { rowOf } from '../../../extension/dashboard/rows/run-rows.ts';
import { resumeRun } from '../../../src/runs/queue/resume.ts';
import { openStore } from '../../../src/runs/store.ts';
import type { RunEventBody } from '../../../src/worker/directory/events.ts';
import { distillery } from '../../cli/support.ts';
import { addRun, numbered, started, temporaryDirectory } from '../../runs/support.ts';
import { openWindow } from './window.ts';

const ends: Record<string, readonly [end: RunEventBody | undefined, resumable: boolean]> = {
  completed: [{ type: 'completed' }, false],
  failed: [{ type: 'failed', message: 'No data.', userError: true }, true],
  interrupted: [{ type: 'interrupted', message: 'Gone.' }, true],
  stopped: [{ type: 'cancelled', reason: 'stop' }, true],
  discarded: [{ type: 'cancelled', reason: 'cancel' }, false],
};

test('every view offers to resume exactly the runs that can be resumed, and calls a stopped run stopped', async (t) => {
  const folder = join(await temporaryDirectory(t), 'project');
  const data = join(folder, '.distillery');
  await mkdir(folder);
  const store = await openStore(data);
  t.after(() => store.close());
  const ids = new Map<string, string>();
  for (const [name, [end]] of Object.entries(ends)) {
    const id = await addRun(store, ids.size);
    await store.ingest(id, numbered([started, end!]));
    await store.rename(id, name);
    ids.set(name, id);
  }
  const window = await openWindow(t, folder);
  const rows = (await window.seen()).flatMap(({ below }) => below);
  assert.equal(rows.length, ids.size);
  const listed = (await store.list({ resumable: true })).map(({ id }) => id);
  for (const [name, [, resumable]] of Object.entries(ends)) {
    const id = ids.get(name)!;
    const record = (await store.get(id))!;
    assert.equal(listed.includes(id), resumable, `${name} in the store`);
    assert.equal(rowOf(record, []).resumable, resumable, `${name} in the dashboard`);
    const row = rows.find(({ label }) => label === name);
    const state = name === 'discarded' ? 'stopped' : name;
    assert.ok(row, name);
    assert.equal(/\bresumable\b/.test(row.context), resumable, `${name} in the explorer`);
    if (state !== 'completed') assert.match(row.description, new RegExp(state));
    const { out } = await distillery('show', id, '--data-dir', data);
    assert.match(out, new RegExp(`state +${state}`), `${name} on the command line`);
    assert.doesNotMatch(out, /cancelled/);
    if (!resumable) await assert.rejects(resumeRun(store, id), /cannot be resumed/);
  }
  const { out } = await distillery('runs', '--state', 'stopped', '--json', '--data-dir', data);
  assert.deepEqual(
    (JSON.parse(out) as { id: string }[]).map(({ id }) => id).sort(),
    [ids.get('stopped')!, ids.get('discarded')!].sort(),
  );
  const line = eventLine({ seq: 1, time: 1, type: 'cancelled', body: { reason: 'stop' } });
  assert.deepEqual([line.type, line.text], ['stopped', 'can be resumed']);
});
