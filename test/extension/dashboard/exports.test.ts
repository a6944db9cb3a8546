import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RunEventBody } from '../../../src/worker/directory/events.ts';
import type { ExportReport } from '../../../src/worker/directory/export-report.ts';
import type { RunDetail } from '../../../webview/protocol/detail.ts';
import { isResult } from '../../../webview/protocol/messages.ts';
import { addRun, numbered, result, started, temporaryStore } from '../../runs/support.ts';
import { openSession, until } from './support.ts';

const exported = (report: ExportReport): RunEventBody => ({ type: 'exported', export: report });

test('exports of a run are told with their figures, the latest first, and whether they are there still', async (context) => {
  const store = await temporaryStore(context);
  const id = await addRun(store);
  await store.ingest(id, numbered([started, result(0.8), { type: 'completed' }]));
  const page = openSession(context, store);
  await page.send({ kind: 'command', name: 'ready' });
  assert.equal(page.rows.cache.row(id)!.lastExport, null);
  const answers = { samples: 100, agreement: 0.9, largestDifference: 0.1, latencyMs: null };
  const graph = { file: 'model.onnx', bytes: 10, precision: 'fp32' };
  const weights = { file: 'model.safetensors', bytes: 20, precision: 'fp32' };
  const files = [
    { ...graph, check: { ...answers, madeUp: 'It is gone.' } },
    { ...graph, check: answers },
    { ...graph, remark: 'Of some texts.', check: { ...answers, by: 'distillery' } },
    weights,
  ];
  await store.ingest(
    id,
    numbered(
      [
        exported({ model: 'student', folder: 'runs', files }),
        exported({ model: 'student', folder: '/not/there', files: [], problem: 'No room.' }),
      ],
      3,
    ),
  );
  page.rows.changed([id]);
  await until(() => page.heard('changes').length > 0);
  assert.equal(page.rows.cache.row(id)!.lastExport, 4);
  const answer = await page.ask({ method: 'run', parameters: { run: id } });
  assert.ok('result' in answer && isResult('run', answer.result), JSON.stringify(answer));
  const { exports, events } = answer.result as RunDetail;
  assert.deepEqual(exports, [
    { model: 'student', folder: '/not/there', time: 4000, there: false, problem: 'No room.', files: [] },
    {
      model: 'student',
      folder: join(store.dataDirectory, 'runs'),
      time: 3000,
      there: true,
      problem: null,
      files: [
        { ...graph, remark: null, check: { ...answers, by: null, madeUp: 'It is gone.' } },
        { ...graph, remark: null, check: { ...answers, by: null, madeUp: null } },
        { ...graph, remark: 'Of some texts.', check: { ...answers, by: 'distillery', madeUp: null } },
        { ...weights, remark: null, check: null },
      ],
    },
  ]);
  assert.deepEqual(
    events.slice(-2).map(({ text }) => text),
    ['student: 4 files to runs', 'not exported: No room.'],
  );
  assert.deepEqual(page.wrong, []);
});
