import assert from 'node:assert/strict';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../../src/base/user-error.ts';
import { compareRuns } from '../../../src/compare/figures.ts';
import { removeRun } from '../../../src/runs/directory/remove.ts';
import type { ComparisonData } from '../../../webview/protocol/comparison.ts';
import type { CurveData, RunDetail } from '../../../webview/protocol/detail.ts';
import { isResult } from '../../../webview/protocol/messages.ts';
import type { RunsSnapshot } from '../../../webview/protocol/rows.ts';
import { addRun, metric, numbered, result, started, temporaryStore } from '../../runs/support.ts';
import { openSession, until } from './support.ts';

const ready = { kind: 'command', name: 'ready' } as const;
const completed = [
  started,
  metric(1, { loss: 2, 'validation.accuracy': 0.5 }),
  metric(2, { loss: null, 'validation.accuracy': 0.8 }),
  result(0.8),
  { type: 'completed' },
] as const;

test('a page that listens gets all runs, then what changes, and nothing while it is hidden', async (context) => {
  const store = await temporaryStore(context);
  const first = await addRun(store, 1);
  const page = openSession(context, store);
  await page.send(ready);
  const [snapshot] = page.heard('snapshot') as unknown as { snapshot: RunsSnapshot }[];
  assert.deepEqual(
    snapshot!.snapshot.runs.map(({ id }) => id),
    [first],
  );
  assert.equal(snapshot!.snapshot.configs['two-response']!['strategy.temperature'], 4);

  await store.ingest(first, numbered(completed));
  page.rows.changed([first]);
  await until(() => page.heard('changes').length > 0);
  const [news] = page.heard('changes') as unknown as { changes: RunsSnapshot }[];
  assert.equal(news!.changes.runs[0]!.state, 'completed');
  assert.equal(news!.changes.runs[0]!.figures.student!.accuracy, 0.8);
  assert.deepEqual(news!.changes.runs[0]!.metrics['validation.accuracy'], {
    last: 0.8,
    lowest: 0.5,
    highest: 0.8,
  });

  page.session.hide();
  const before = page.told.length;
  await store.rename(first, 'Renamed');
  page.rows.changed([first]);
  await until(() => page.rows.cache.row(first)!.name === 'Renamed');
  await new Promise((wait) => setTimeout(wait, 150));
  assert.equal(page.told.length, before);
  await page.session.show();
  const last = page.told.at(-1) as unknown as { snapshot: RunsSnapshot };
  assert.equal(last.snapshot.runs[0]!.name, 'Renamed');
  assert.deepEqual(page.wrong, []);
});

test('runs that come, go and are labelled by another process are found', async (context) => {
  const store = await temporaryStore(context);
  const [first, second] = [await addRun(store, 1), await addRun(store, 2)];
  await store.ingest(second!, numbered(completed));
  const page = openSession(context, store);
  await page.send(ready);
  await store.tag(second!, 'paper');
  await removeRun(store, first!);
  const third = await addRun(store, 3);
  page.rows.changed(undefined);
  await until(() => page.rows.cache.row(third) !== undefined);
  await until(() => page.rows.cache.row(second!)!.tags.length > 0);
  assert.equal(page.rows.cache.row(first!), undefined);
  await until(() =>
    page.heard('changes').some((one) => JSON.stringify(one).includes(`"removed":["${first}"]`)),
  );
});

test('the comparison is that of compareRuns, unchanged, and reports say the same', async (context) => {
  const store = await temporaryStore(context);
  const ids = [await addRun(store, 1), await addRun(store, 2), await addRun(store, 3)];
  for (const id of ids.slice(0, 2)) await store.ingest(id, numbered(completed));
  const page = openSession(context, store);
  const runs = [ids[2]!, ids[0]!, 'gone', ids[1]!];
  const answer = await page.ask({ method: 'compare', parameters: { runs } });
  assert.ok('result' in answer && isResult('compare', answer.result), JSON.stringify(answer));
  const records = await Promise.all(ids.toSorted().map((id) => store.get(id)));
  const expected = JSON.parse(JSON.stringify(compareRuns(records.map((record) => record!))));
  assert.deepEqual(answer.result as ComparisonData, expected);
  const report = await page.ask({ method: 'report', parameters: { format: 'csv', runs } });
  assert.match((report as unknown as { result: { text: string } }).result.text, /0\.8/);
});

test('a watched run tells its points, events and log, at most ten times a second', async (context) => {
  const store = await temporaryStore(context);
  const id = await addRun(store);
  const log = join(store.directoryOf(id), 'worker.log');
  await writeFile(log, 'one\ntwo\nhal');
  await store.ingest(id, numbered([started]));
  const page = openSession(context, store);
  await page.send(ready);
  await page.send({ kind: 'command', name: 'watch', runs: [id] });
  const { result: detail } = (await page.ask({ method: 'run', parameters: { run: id } })) as unknown as {
    result: RunDetail;
  };
  assert.equal(detail.log, 'one\ntwo\n');
  await appendFile(log, 'f\nthree\n');
  const start = performance.now();
  for (let step = 1; step <= 200; step++)
    page.session.recorded(id, numbered([metric(step, { loss: 1 / step })], step));
  page.session.recorded(id, numbered([{ type: 'warning', message: 'Beware.' }], 201));
  page.session.recorded('another run', numbered([metric(1, { loss: 1 })]));
  await until(() => page.heard('events').length > 0);
  const messages = page.heard('points').length;
  assert.ok(messages <= 1 + (performance.now() - start) / 100, `${messages} messages`);
  const curves = (page.heard('points') as unknown as { curves: CurveData[] }[]).flatMap((one) => one.curves);
  assert.deepEqual(
    curves.flatMap(({ steps }) => steps),
    Array.from({ length: 200 }, (_, index) => index + 1),
  );
  const [events] = page.heard('events') as unknown as { events: { text: string }[]; log: string }[];
  assert.deepEqual(
    events!.events.map(({ text }) => text),
    ['Beware.'],
  );
  assert.equal(events!.log, 'half\nthree\n');
  assert.deepEqual(page.wrong, []);
});

test('a resumed run replaces the points it repeats', async (context) => {
  const store = await temporaryStore(context);
  const id = await addRun(store);
  const page = openSession(context, store);
  await page.send(ready);
  await page.send({ kind: 'command', name: 'watch', runs: [id] });
  page.session.recorded(id, numbered([1, 2, 3].map((step) => metric(step, { loss: step }))));
  page.session.recorded(id, numbered([metric(2, { loss: 20 })], 3));
  await until(() => page.heard('points').length > 0);
  const [{ curves }] = page.heard('points') as unknown as [{ curves: CurveData[] }];
  assert.deepEqual(curves[0]!.values, [1, 20]);
});

test('one run is told with its hyperparameters, files, checkpoints, curves and what went wrong', async (context) => {
  const store = await temporaryStore(context);
  const id = await addRun(store);
  const events = numbered([
    ...completed.slice(0, 3),
    { type: 'checkpoint', epoch: 1.5, best: true, path: 'checkpoints/best' },
    { type: 'checkpoint', epoch: 2, best: false, path: 'checkpoints/last' },
    { type: 'failed', message: 'No space.', userError: true, remedy: 'Make some.' },
  ]);
  await store.ingest(id, events);
  // The other one was removed, as those to go on from are.
  await mkdir(join(store.directoryOf(id), 'checkpoints', 'best'), { recursive: true });
  const page = openSession(context, store);
  const answer = await page.ask({ method: 'run', parameters: { run: id } });
  assert.ok('result' in answer && isResult('run', answer.result), JSON.stringify(answer));
  const detail = answer.result as RunDetail;
  const temperature = detail.parameters.find(({ name }) => name === 'temperature')!;
  assert.equal(temperature.value, 4);
  assert.equal(detail.writable, false);
  assert.deepEqual(
    detail.events.map(({ type, text }) => [type, text]),
    [
      ['started', detail.events[0]!.text],
      ['checkpoint', 'epoch 1.5, the best so far'],
      ['checkpoint', 'epoch 2'],
      ['failed', 'No space. Make some.'],
    ],
  );
  assert.deepEqual(detail.checkpoints, [{ epoch: 1.5, best: true, path: 'checkpoints/best' }]);
  assert.ok(detail.files.some(({ path, bytes }) => path === 'experiment.json' && bytes > 0));
  const curves = await page.ask({
    method: 'curves',
    parameters: { runs: [id], metrics: ['loss'], points: 100 },
  });
  assert.deepEqual((curves as unknown as { result: CurveData[] }).result[0]!.values, [2, null]);
});

test('what is typed into a cell is read by the rules of the experiment', async (context) => {
  const store = await temporaryStore(context);
  const run = await addRun(store);
  const page = openSession(context, store);
  const read = async (path: (string | number)[], text: string) =>
    page.ask({ method: 'parseValue', parameters: { run, path, text } });
  assert.deepEqual(await read(['strategy', 'temperature'], '2e1'), {
    kind: 'response',
    id: 1,
    result: { value: 20 },
  });
  assert.match(JSON.stringify(await read(['strategy', 'temperature'], '-3')), /"result":\{"message":/);
  assert.match(JSON.stringify(await read(['no', 'such'], '1')), /"error":.*no setting no\.such/);
});

test('what does not work is said: a run that is gone, an action that fails, a store that cannot be read', async (context) => {
  const store = await temporaryStore(context);
  const page = openSession(context, store, {
    act: () => Promise.reject(new UserError('Not now.', { remedy: 'Later.' })),
    failures: [{ name: 'demo', error: new UserError('The database is newer.', { remedy: 'Update.' }) }],
  });
  assert.match(
    JSON.stringify(await page.ask({ method: 'run', parameters: { run: 'x' } })),
    /not there any more/,
  );
  await page.send({ kind: 'command', name: 'stop', runs: ['x'] });
  await page.send(ready);
  assert.deepEqual(
    page.heard('problem').map((one) => ({ ...one })),
    [{ kind: 'notification', name: 'problem', message: 'Not now.', remedy: 'Later.' }],
  );
  const folders = [{ name: 'demo', message: 'The database is newer.', remedy: 'Update.' }];
  assert.deepEqual(page.heard('unreadable'), [{ kind: 'notification', name: 'unreadable', folders }]);
});

test('messages of a wrong shape are dropped and told to the log', async (context) => {
  const page = openSession(context, await temporaryStore(context));
  for (const message of [
    null,
    7,
    {},
    { kind: 'command', name: 'stop', runs: 'all' },
    { kind: 'request', id: 1 },
  ])
    await page.session.receive(message);
  assert.equal(page.logged.length, 5);
  assert.deepEqual([page.told, page.acted], [[], []]);
});

test('a page that is led somewhere before it listens is led there first', async (context) => {
  const page = openSession(context, await temporaryStore(context));
  page.session.navigate({ view: 'run', run: 'x' });
  assert.equal(page.told.length, 0);
  await page.send(ready);
  assert.deepEqual(
    page.told.map((one) => one.kind === 'notification' && one.name),
    ['navigate', 'views', 'snapshot'],
  );
  await page.send({ kind: 'command', name: 'navigated', navigation: { view: 'overview' } });
  assert.deepEqual(page.navigated, [{ view: 'overview' }]);
  await page.send({ kind: 'command', name: 'keepView', view: { panel: 'a' } });
  assert.deepEqual(page.kept, [{ panel: 'a' }]);
});

test('saved views are kept for the workspace, and every dashboard that listens hears of them', async (context) => {
  const page = openSession(context, await temporaryStore(context));
  await page.send(ready);
  const view = { name: 'Best first', settings: { filter: 'accuracy > 0.97' } };
  await page.send({ kind: 'command', name: 'saveViews', views: [view, { name: 7 }, null] });
  assert.deepEqual(
    page.heard('views').map((one) => 'views' in one && one.views),
    [[], [view]],
  );
  await page.send({
    kind: 'command',
    name: 'saveViews',
    views: [{ name: 'x'.repeat(600_000), settings: {} }],
  });
  page.session.hide();
  await page.send({ kind: 'command', name: 'saveViews', views: [] });
  assert.equal(page.heard('views').length, 3);
});
