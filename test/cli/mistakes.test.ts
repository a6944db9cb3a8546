import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { databaseVersion } from '../../src/runs/database/migrations.ts';
import { openStore } from '../../src/runs/store.ts';
import { noSmallDisk } from '../machine/lacks.ts';
import { addRun, numbered, result, started, temporaryDirectory } from '../runs/support.ts';
import { finishedRuns } from './finished-runs.ts';
import { distillery, experimentFile } from './support.ts';

test('a name of nothing is refused, and a data directory with too long a name is said to be so', async (t) => {
  const { data, ids } = await finishedRuns(t);
  for (const name of ['', '  ']) {
    const { code, err } = await distillery('label', ids[0], '--name', name, '--data-dir', data);
    assert.equal(code, 2);
    assert.match(err, /at least one character/);
  }
  const file = join(await temporaryDirectory(t), 'x.distill.json');
  await writeFile(
    file,
    '{ "name": "x", "dataset": { "kind": "mnist" }, "student": { "model": { "architecture": "mlp", "hidden": [4] } }, "strategy": { "kind": "direct" } }',
  );
  const { code, err } = await distillery('run', file, '--data-dir', join(data, 'd'.repeat(300)));
  assert.equal(code, 2, err);
  assert.match(err, /cannot be made here\. Check the path/);
  assert.doesNotMatch(err, /\n\s+at /);
});

test("the user's mistakes are one paragraph with place and remedy and exit with 2, and leave no run behind", async (t) => {
  const { data, ids } = await finishedRuns(t);
  const directory = await temporaryDirectory(t);
  const bad = join(directory, 'bad.distill.json');
  await writeFile(bad, '{ "name": "Bad", "training": { "epochs": -1 } }');
  const file = await experimentFile(directory, {});
  const newer = join(directory, 'newer');
  const store = await openStore(newer);
  await store.transaction((database) => database.run('PRAGMA user_version = 99'));
  await store.close();
  const occupied = join(directory, 'occupied');
  await writeFile(occupied, '');
  const mistakes: [string[], RegExp][] = [
    [
      ['run', join(directory, 'none.json'), '--data-dir', data],
      /none\.json: There is no experiment file here/,
    ],
    [['run', bad, '--data-dir', data], /bad\.distill\.json:1:\d+: /],
    [['run', file, bad, '--data-dir', data], /epochs/],
    [['run', '--data-dir', data], /No experiment file is named/],
    [['run', file, '--seed', '-1', '--data-dir', data], /no seed|unknown option/],
    [['run', file, '--seed', '99999999999', '--data-dir', data], /too large/],
    [['run', file, '--device', 'abacus', '--data-dir', data], /Choose one of auto, cpu, webgpu, cuda/],
    [['run', file, '--concurrency', '0', '--data-dir', data], /whole number from 1/],
    [['run', file, '--data-dir', occupied], /occupied.*a file is in its place/],
    [['run', file, '--data-dir', newer], new RegExp(`version 99, but .* up to ${databaseVersion}`)],
    [['runs', '--data-dir', newer], /Update Distillery/],
    [['stop', ids[0], '--data-dir', data], /is not running: it has ended/],
    [['resume', ids[0], '--data-dir', data], /cannot be resumed: it is completed/],
    [['show', 'nothing', '--data-dir', data], /There is no run "nothing".*distillery runs/],
    [['show', '2', '--data-dir', data], /could be any of these runs|There is no run/],
    [['frobnicate'], /unknown command 'frobnicate'/],
  ];
  for (const [words, message] of mistakes) {
    const { code, err } = await distillery(...words);
    assert.equal(code, 2, `${words.join(' ')}: ${err}`);
    assert.match(err, message);
    assert.ok(!/\n {4}at /.test(err), 'no stack');
  }
  assert.equal(JSON.parse((await distillery('runs', '--json', '--data-dir', data)).out).length, 2);
});

test('a full disk is told of, and earlier runs stay whole', async (t) => {
  const mountPoint = await mkdtemp(join(tmpdir(), 'distillery-disk-'));
  t.after(async () => {
    spawnSync('umount', [mountPoint]);
    await rm(mountPoint, { recursive: true, force: true });
  });
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=600k', 'tmpfs', mountPoint]);
  if (mounted.status !== 0) return t.skip(noSmallDisk);
  const data = join(mountPoint, '.distillery');
  const store = await openStore(data);
  const id = await addRun(store);
  await store.ingest(id, numbered([started, result(0.9), { type: 'completed' }]));
  await store.close();
  await mkdir(join(mountPoint, 'fill'));
  for (let size = 65_536; size >= 1; size = Math.floor(size / 2))
    for (let n = 0; n < 20; n++)
      await writeFile(join(mountPoint, 'fill', `${size}-${n}`), Buffer.alloc(size)).catch(() => {});
  const file = await experimentFile(await temporaryDirectory(t), {});
  const { code, err } = await distillery('run', file, '--data-dir', data);
  assert.equal(code, 2, err);
  assert.match(err, /full/);
  spawnSync('rm', ['-rf', join(mountPoint, 'fill')]);
  const [run, ...others] = JSON.parse((await distillery('runs', '--json', '--data-dir', data)).out);
  assert.equal(others.length, 0);
  assert.equal(run.id, id);
  assert.equal(run.result.student.accuracy, 0.9);
});
