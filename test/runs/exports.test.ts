import assert from 'node:assert/strict';
import { appendFileSync, cpSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { ExclusiveLock } from '../../src/base/locks/exclusive-lock.ts';
import { rebuildDatabase } from '../../src/runs/directory/rebuild.ts';
import { exportRecorded } from '../../src/runs/exports/export-recorded.ts';
import { recordExport } from '../../src/runs/exports/record-export.ts';
import { exportsOf } from '../../src/runs/exports/recorded-exports.ts';
import { catchUp } from '../../src/runs/follow.ts';
import { RunWatch } from '../../src/runs/run-watch.ts';
import { openStore, type RunStore } from '../../src/runs/store.ts';
import type { ExportReport } from '../../src/worker/directory/export-report.ts';
import { RunDirectory } from '../../src/worker/directory/run-directory.ts';
import { addRun, numbered, result, started, temporaryDirectory, temporaryStore } from './support.ts';

const report = (folder: string, more: Partial<ExportReport> = {}): ExportReport => ({
  model: 'student',
  folder,
  files: [
    {
      file: 'onnx/model.onnx',
      bytes: 1234,
      precision: 'fp32',
      check: { samples: 100, largestDifference: 1e-6, agreement: 1, latencyMs: 0.2 },
    },
  ],
  ...more,
});

const ended = numbered([started, result(0.9), { type: 'completed' }]);

async function completedRun(store: RunStore): Promise<string> {
  const id = await addRun(store);
  for (const event of ended)
    appendFileSync(new RunDirectory(store.directoryOf(id)).eventsFile, `${JSON.stringify(event)}\n`);
  await catchUp(store, id);
  return id;
}

test('an export is kept with its run, told to who watches, and found again in a copied project', async (t) => {
  const project = await temporaryDirectory(t);
  const store = await openStore(join(project, '.distillery'));
  const id = await completedRun(store);
  assert.deepEqual(exportsOf((await store.get(id))!), [], 'a run of before');
  const told: (readonly string[] | undefined)[] = [];
  const watch = new RunWatch(store, { changed: ({ ids }) => void told.push(ids), failed: assert.fail });
  await watch.start();
  await recordExport(store, id, report('../out'));
  await watch.look();
  assert.deepEqual(told.at(-1), [id]);
  await watch.close();
  const record = (await store.get(id))!;
  assert.equal(record.state, 'completed');
  const [kept] = exportsOf(record);
  assert.equal(kept!.folder, join(project, 'out'));
  assert.deepEqual(kept!.files, report('').files);
  assert.ok(!existsSync(new RunDirectory(record.directory).lockFile), 'nobody holds the run');
  await store.close();

  const copy = join(await temporaryDirectory(t), 'copy');
  cpSync(project, copy, { recursive: true });
  await rebuildDatabase(join(copy, '.distillery'));
  const again = await temporaryStore(t, join(copy, '.distillery'));
  assert.equal(exportsOf((await again.get(id))!)[0]!.folder, join(copy, 'out'));
});

test('only the latest export of a folder counts, and a failed one leaves what lies there', async (t) => {
  const store = await temporaryStore(t);
  const id = await completedRun(store);
  const exports = async () =>
    exportsOf((await store.get(id))!).map(({ folder, problem, files }) => [folder, files.length, problem]);
  await recordExport(store, id, report('/a', { files: [] }));
  await recordExport(store, id, report('/a'));
  assert.deepEqual(await exports(), [['/a', 1, undefined]]);
  await recordExport(store, id, report('/a', { files: [], problem: 'No room.' }));
  assert.deepEqual(await exports(), [
    ['/a', 1, undefined],
    ['/a', 0, 'No room.'],
  ]);
  await recordExport(store, id, report('/a'));
  assert.deepEqual(await exports(), [['/a', 1, undefined]]);
});

test('what other versions and other programs wrote is read as far as it goes, within bounds', async (t) => {
  const store = await temporaryStore(t);
  const id = await completedRun(store);
  const { eventsFile } = new RunDirectory(store.directoryOf(id));
  const line = (seq: number, type: string, body: object) =>
    appendFileSync(eventsFile, `${JSON.stringify({ seq, time: seq, type, ...body })}\n`);
  const later = report('/later', {
    files: [{ file: 'model.q2', bytes: 1, precision: 'int2', check: undefined }],
  });
  line(3, 'exported', { export: { ...later, newer: { what: 1 } } });
  line(4, 'exported', { export: report('x'.repeat(5000)) });
  line(5, 'exported', { export: report('/many', { files: Array(201).fill(report('').files[0]) }) });
  line(6, 'exported', { export: 'nothing' });
  line(7, 'exported', {});
  line(8, 'published', { to: 'somewhere' });
  await recordExport(store, id, report('/last'));
  const record = (await store.get(id))!;
  assert.deepEqual(
    exportsOf(record).map(({ folder, files }) => [folder, files[0]!.precision]),
    [
      ['/later', 'int2'],
      ['/last', 'fp32'],
    ],
  );
  for (const exports of [7, 'all', {}, [null, 7, { folder: 1 }, [[]]]])
    assert.deepEqual(exportsOf({ directory: '/r', exports: exports as never }), []);
  for (let more = 0; more < 60; more++) await recordExport(store, id, report(`/${more}`));
  const folders = exportsOf((await store.get(id))!).map(({ folder }) => folder);
  assert.equal(folders.length, 40);
  assert.equal(folders.at(-1), '/59');
});

test('nothing is written into a run at which a worker is, through a link, or where nothing may be', async (t) => {
  const store = await temporaryStore(t);
  const id = await completedRun(store);
  const directory = new RunDirectory(store.directoryOf(id));
  const options = {
    to: join(dirname(store.dataDirectory), 'out'),
    plan: { formats: ['safetensors'], precisions: [] },
    command: [process.execPath, '-e', ''],
    tell: () => {},
    signal: new AbortController().signal,
  } as const;
  const run = (await store.get(id))!;
  await assert.rejects(exportRecorded(store, run, options), /has no student to export: it is completed/);
  const elsewhere = await temporaryDirectory(t);
  writeFileSync(join(elsewhere, 'config.json'), '{}');
  symlinkSync(elsewhere, directory.studentDirectory);
  await assert.rejects(exportRecorded(store, run, options), /student/);
  rmSync(directory.studentDirectory);
  mkdirSync(directory.studentDirectory);
  writeFileSync(join(directory.studentDirectory, 'config.json'), '{}');
  mkdirSync(options.to);
  writeFileSync(join(options.to, 'thesis.txt'), 'mine');
  await assert.rejects(exportRecorded(store, run, options), /holds files that no export made/);

  const lock = await ExclusiveLock.tryAcquire(directory.lockFile);
  assert.ok(lock instanceof ExclusiveLock);
  await assert.rejects(recordExport(store, id, report('/a'), 0), /is working on the run/);
  await lock.release();
  const { eventsFile } = directory;
  rmSync(eventsFile);
  // A log begun anew has no place after what is known: better said than lost.
  await assert.rejects(recordExport(store, id, report('/a')), /not the one that its record was made from/);
  rmSync(eventsFile);
  symlinkSync(join(elsewhere, 'events'), eventsFile);
  await assert.rejects(recordExport(store, id, report('/a')));
  assert.ok(!existsSync(join(elsewhere, 'events')));
});
