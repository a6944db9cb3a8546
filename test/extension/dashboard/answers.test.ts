import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { openStore } from '../../../src/runs/store.ts';
import { answersTo, mailTable, writeAnswers } from '../../answers/kept-run.ts';
import { addRun, request, temporaryDirectory } from '../../runs/support.ts';
import { openSession } from './support.ts';

test('the page is told what the models of a run answered, page by page, and what the samples are', async (context) => {
  const data = join(await temporaryDirectory(context), '.distillery');
  const store = await openStore(data);
  context.after(() => store.close());
  const folder = dirname(data);
  const dataset = mailTable(folder);
  const more = { directory: folder, experiment: { ...request(data).experiment, dataset } };
  const run = await addRun(store, 1, 'Mails', more);
  const without = await addRun(store, 2, 'Others', more);
  writeAnswers(store.directoryOf(run), await answersTo(dataset, folder));
  const { ask, wrong } = openSession(context, store);
  const result = async (method: string, parameters: object) => {
    const answer = await ask({ method, parameters });
    return 'result' in answer ? answer.result : answer.error;
  };

  assert.equal(((await result('run', { run })) as { answers: boolean }).answers, true);
  assert.equal(((await result('run', { run: without })) as { answers: boolean }).answers, false);
  const sources = (await result('answerSources', { runs: [run, without] })) as {
    run: string;
    source: object;
  }[];
  assert.deepEqual(
    sources.map((one) => one.run),
    [run],
  );
  const question = {
    ...{ a: { run, model: 'teacher' }, b: { run, model: 'student' } },
    ...{ sort: 'lost', descending: true, offset: 0, count: 1 },
  };
  const page = (await result('answers', {
    ...question,
    filter: 'student=wrong offer column.sender:bob',
  })) as {
    matched: number;
    rows: { position: number }[];
  };
  assert.deepEqual([page.matched, page.rows.map(({ position }) => position)], [1, [3]]);
  const samples = await result('samples', { run, positions: [3] });
  assert.match(JSON.stringify(samples), /Buy now, offer 3!.*bob@example\.org/);
  assert.match(
    JSON.stringify(
      await result('answers', { ...question, filter: '', a: { run: without, model: 'student' } }),
    ),
    /Others kept no answers/,
  );
  // The data goes; what was answered stays.
  rmSync(join(folder, 'test.jsonl'));
  assert.equal(((await result('answers', { ...question, filter: '' })) as { matched: number }).matched, 8);
  assert.deepEqual(wrong, []);
});
