import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { LogTail } from '../../../extension/dashboard/detail/log-tail.ts';
import { measuredModels } from '../../../extension/dashboard/detail/measured-models.ts';
import { Pacer } from '../../../extension/dashboard/pacer.ts';
import { merged } from '../../../extension/dashboard/rows/row-cache.ts';
import { dataOf, rowOf } from '../../../extension/dashboard/rows/run-rows.ts';
import type { RunRecord } from '../../../src/runs/database/run-records.ts';
import type { RunRow, RunsChanges } from '../../../webview/protocol/rows.ts';
import { addRun, figures, temporaryDirectory, temporaryStore } from '../../runs/support.ts';
import { until } from './support.ts';

test('a running run says how far it is; an ended one does not', async (context) => {
  const store = await temporaryStore(context);
  const record = (await store.get(await addRun(store)))!;
  const progress = { phase: 'train', done: 30, total: 120, unit: 'steps', rate: 10, time: 0 } as const;
  const running: RunRecord = { ...record, state: 'running', phase: 'train', progress };
  const { phase, progress: share, remainingSeconds } = rowOf(running, []);
  assert.deepEqual([phase, share, remainingSeconds], ['train', 0.25, 9]);
  assert.equal(rowOf({ ...running, phase: 'evaluate' }, []).progress, null);
  assert.equal(rowOf({ ...running, progress: { ...progress, rate: null } }, []).remainingSeconds, null);
  const failed: RunRecord = {
    ...running,
    state: 'failed',
    error: { message: 'No.', remedy: 'Do.', userError: true },
  };
  assert.deepEqual(
    [rowOf(failed, []).phase, rowOf(failed, []).progress, rowOf(failed, []).problem],
    [null, null, 'No. Do.'],
  );
});

test('a row has no confusion matrix, and no number that JSON lacks', async (context) => {
  const store = await temporaryStore(context);
  const record = (await store.get(await addRun(store)))!;
  const measured = {
    ...figures(0.9, 100),
    accuracy: Number.NaN,
    confusion: [
      [1, 2],
      [3, 4],
    ],
  };
  const row = rowOf(
    {
      ...record,
      state: 'completed',
      result: {
        student: measured,
        teacher: measured,
        candidates: { exit1: measured },
        bestEpoch: 1,
        trainingSeconds: 1,
      },
    },
    [],
  );
  assert.equal(row.figures.student!.confusion, null);
  assert.equal(row.figures.candidates[0]!.figures.confusion, null);
  assert.equal(row.figures.student!.accuracy, null);
  assert.deepEqual(JSON.parse(JSON.stringify(row)), row);
});

test('data in a word or two', () => {
  assert.equal(dataOf({ kind: 'mnist', labelledSubset: 1000 } as never), 'mnist, 1,000 labels');
  assert.equal(dataOf({ kind: 'idx', trainLimit: 50 } as never), 'idx, 50 samples');
});

test('models of a run with their bins, where they were measured', async (context) => {
  const store = await temporaryStore(context);
  const record = (await store.get(await addRun(store)))!;
  const bins = [
    { confidence: 0.5, accuracy: 0.4, count: 3 },
    { confidence: null, accuracy: null, count: 0 },
  ];
  const result = {
    student: { ...figures(0.8, 10), reliability: bins },
    teacher: figures(0.9, 100),
    candidates: { 'peer 2': figures(0.7, 10) },
    ensemble: { accuracy: 0.85, loss: 0.5, macroF1: 0.84, calibrationError: 0.1, reliability: bins },
    bestEpoch: 1,
    trainingSeconds: 1,
  };
  const models = measuredModels({ ...record, result } as RunRecord);
  assert.deepEqual(
    models.map(({ name, role }) => [name, role]),
    [
      ['Teacher', 'teacher'],
      ['Student', 'student'],
      ['peer 2', 'peer'],
      ['Ensemble', 'ensemble'],
    ],
  );
  assert.equal(models[0]!.figures.reliability, null);
  assert.deepEqual(models[1]!.figures.reliability, bins);
  assert.deepEqual(models[3]!.figures.reliability, bins);
  assert.equal(models[3]!.figures.accuracy, 0.85);
});

test('changes of two moments as one leave the page as the two would', () => {
  const id = fc.constantFrom('a', 'b', 'c', 'd');
  const change = fc
    .record({
      runs: fc.uniqueArray(fc.tuple(id, fc.nat(9)), { selector: ([key]) => key }),
      removed: fc.uniqueArray(id),
    })
    .map(({ runs, removed }): RunsChanges => {
      const rows = runs.filter(([key]) => !removed.includes(key));
      return { runs: rows.map(([key, seed]) => ({ id: key, seed }) as RunRow), configs: {}, removed };
    });
  const apply = (page: Map<string, RunRow>, { runs, removed }: RunsChanges) => {
    for (const gone of removed) page.delete(gone);
    for (const row of runs) page.set(row.id, row);
    return page;
  };
  const sorted = (page: Map<string, RunRow>) => [...page].sort(([a], [b]) => (a < b ? -1 : 1));
  fc.assert(
    fc.property(change, change, change, (start, earlier, later) => {
      const page = apply(new Map(), start);
      const one = apply(apply(new Map(page), earlier), later);
      const both = apply(new Map(page), merged(earlier, later));
      assert.deepEqual(sorted(both), sorted(one));
    }),
  );
});

test('the pacer flushes what came while it was busy, one at a time, and nothing after the end', async () => {
  let running = 0;
  let most = 0;
  let count = 0;
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const pacer = new Pacer(1, async () => {
    running += 1;
    most = Math.max(most, running);
    count += 1;
    await finished;
    running -= 1;
  });
  pacer.announce();
  await until(() => running === 1);
  for (let index = 0; index < 10; index++) pacer.announce();
  finish();
  await until(() => count === 2 && running === 0);
  assert.equal(most, 1);
  pacer.announce();
  pacer.end();
  await new Promise((wait) => setTimeout(wait, 30));
  assert.equal(count, 2);
});

test('a log is read from its last lines on, by whole lines, and anew where it was begun anew', async (context) => {
  const file = join(await temporaryDirectory(context), 'worker.log');
  const tail = new LogTail(file);
  assert.equal(await tail.read(), '');
  const line = `${'ä'.repeat(50)}\n`;
  await writeFile(file, line.repeat(2000));
  const text = await tail.read();
  assert.ok(text.length > 10_000 && text.length < 60_000);
  assert.ok(text.split('\n').every((one) => one === '' || one === line.trim()));
  assert.equal(await tail.read(), '');
  await writeFile(file, 'new\n');
  assert.equal(await tail.read(), 'new\n');
});
