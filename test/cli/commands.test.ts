import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openStore } from '../../src/runs/store.ts';
import { addRun, numbered, result, started, temporaryDirectory } from '../runs/support.ts';
import { finishedRuns } from './finished-runs.ts';
import { distillery, experimentFile } from './support.ts';

test('runs lists what is there, as a table and as JSON', async (t) => {
  const { data, ids } = await finishedRuns(t);
  const table = await distillery('runs', '--data-dir', data);
  assert.equal(table.code, 0);
  for (const id of ids) assert.ok(table.out.includes(id));
  assert.match(table.out, /91\.00 %.*98\.00 %.*10(\.0)?×/);
  const { out } = await distillery(
    'runs',
    '--json',
    '--sort',
    'accuracy',
    '--limit',
    '1',
    '--data-dir',
    data,
  );
  const [best, ...others] = JSON.parse(out) as { id: string; result: { student: { accuracy: number } } }[];
  assert.equal(others.length, 0);
  assert.equal(best!.id, ids[1]);
  assert.equal(best!.result.student.accuracy, 0.91);
  const long = await distillery('runs', '--text', 'x'.repeat(60_000), '--data-dir', data);
  assert.equal(long.code, 2);
  assert.match(long.err, /has 60000 characters; write at most 1000/);
  const wrong = await distillery('runs', '--state', 'lost', '--data-dir', data);
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /Allowed choices are queued, running/);
});

test('show tells all of a run, found by the end of its id', async (t) => {
  const { data, ids } = await finishedRuns(t);
  const { code, out } = await distillery('show', ids[0].slice(-7), '--data-dir', data);
  assert.equal(code, 0);
  for (const part of [ids[0], 'completed', '90.00 %', 'validation.accuracy', '/experiments/two.distill.json'])
    assert.ok(out.includes(part), part);
  const curve = await distillery('show', ids[0], '--curve', 'loss', '--data-dir', data);
  assert.equal(curve.out, 'student\t1\t0.1\t1\nstudent\t2\t0.2\t0.5\nstudent\t3\t0.3\t0.3333333333333333\n');
  const json = JSON.parse((await distillery('show', ids[0], '--json', '--events', '--data-dir', data)).out);
  assert.equal(json.events.length, 6);
  assert.equal(json.series.length, 2);
});

test('show tells how a language model goes on with texts, on lines of its own and without control characters', async (t) => {
  const data = join(await temporaryDirectory(t), '.distillery');
  const store = await openStore(data);
  const id = await addRun(store);
  const told = result(0.3);
  assert.ok(told.type === 'result');
  const continuations = [
    {
      prompt: 'call me',
      reference: 'ishmael .',
      texts: { student: 'a\u001b[31m whale\nor two', teacher: 'ahab' },
    },
  ];
  const more = {
    continuations,
    candidates: { 'peer-2': { ...told.result.student, accuracy: 0.31 } },
    ensemble: { accuracy: 0.42, loss: 1.5, macroF1: null, calibrationError: null },
  };
  const results = { ...told, result: { ...told.result, ...more } };
  await store.ingest(id, numbered([started, results, { type: 'completed' }]));
  await store.close();
  const { out } = await distillery('show', id, '--data-dir', data);
  assert.match(
    out,
    /^call me …\n {2}the text +ishmael \.\n {2}student +a \[31m whale or two\n {2}teacher +ahab$/m,
  );
  assert.match(out, /peer-2.*31\.00 %/);
  assert.match(out, /together.*42\.00 %.*1\.5/);
  const json = JSON.parse((await distillery('show', id, '--json', '--data-dir', data)).out);
  assert.deepEqual(json.result.continuations, continuations);
});

test('label names, tags, notes and marks a run', async (t) => {
  const { data, ids } = await finishedRuns(t);
  const words = ['--name', 'Best', '--note', 'Keep.', '--tag', 'a', 'b', '--baseline', '--data-dir', data];
  assert.equal((await distillery('label', ids[0], ...words)).code, 0);
  assert.equal((await distillery('label', ids[0], '--untag', 'a', '--data-dir', data)).code, 0);
  const [run] = JSON.parse((await distillery('runs', '--json', '--tag', 'b', '--data-dir', data)).out);
  assert.deepEqual([run.name, run.note, run.tags, run.baseline], ['Best', 'Keep.', ['b'], true]);
  assert.equal((await distillery('label', ids[0], '--no-baseline', '--data-dir', data)).code, 0);
  assert.equal((await distillery('label', ids[0], '--data-dir', data)).code, 2);
});

test('compare prints figures in every form, and every form has the same runs', async (t) => {
  const { data, ids } = await finishedRuns(t);
  const { code, out } = await distillery('compare', '--json', '--data-dir', data);
  assert.equal(code, 0);
  const figures = JSON.parse(out) as Record<string, unknown>[];
  assert.deepEqual(
    figures.map(({ run }) => run),
    ids,
  );
  const { latencyMs: _latency, ...student } = figures[1]!.student as Record<string, unknown>;
  assert.deepEqual(student, { accuracy: 0.91, loss: 0.1, parameters: 100, bytes: 400 });
  assert.equal(figures[1]!.compressionRatio, 10);
  assert.equal(figures[1]!.retention, 0.91 / 0.98);
  assert.equal(figures[1]!.agreement, 0.9);
  assert.equal(figures[1]!.status, 'completed');
  const one = await distillery('compare', '--json', ids[1], '--data-dir', data);
  assert.equal(JSON.parse(one.out).length, 1);
  for (const form of ['--markdown', '--csv', '--latex']) {
    const told = await distillery('compare', form, '--data-dir', data);
    assert.equal(told.code, 0);
    assert.ok(told.out.length > 100, form);
  }
  const file = join(data, 'report.html');
  const report = await distillery('compare', '--html', file, '--data-dir', data);
  assert.equal(report.code, 0);
  assert.match(await readFile(file, 'utf8'), /^<!doctype html>/);
  const nowhere = await distillery('compare', '--html', join(data, 'no', 'report.html'), '--data-dir', data);
  assert.equal(nowhere.code, 2);
  assert.equal((await distillery('compare', '--json', '--csv', '--data-dir', data)).code, 2);
});

test('remove deletes the runs named, or none where one of them is unknown', async (t) => {
  const { data, ids } = await finishedRuns(t);
  assert.equal((await distillery('remove', ids[0], 'unknown', '--data-dir', data)).code, 2);
  assert.ok(existsSync(join(data, 'runs', ids[0])));
  assert.equal((await distillery('remove', ids[0], '--data-dir', data)).code, 0);
  assert.equal(existsSync(join(data, 'runs', ids[0])), false);
  assert.equal(JSON.parse((await distillery('runs', '--json', '--data-dir', data)).out).length, 1);
});

test('check names place, problem and remedy, and says by its exit code whether there is one', async (t) => {
  const directory = await temporaryDirectory(t);
  const good = await experimentFile(directory, {}, [1, 2, 3]);
  assert.equal((await distillery('check', good)).code, 0);
  const bad = join(directory, 'bad.distill.json');
  await writeFile(bad, '{\n  "name": "Bad",\n  "strateggy": {}\n}');
  const { code, out } = await distillery('check', good, bad);
  assert.equal(code, 2);
  assert.match(out, /bad\.distill\.json:3:3: error .*strateggy/);
  const json = JSON.parse((await distillery('check', '--json', bad)).out) as { line: number; file: string }[];
  assert.ok(json.some(({ line, file }) => line === 3 && file === bad));
});

test('looking around makes no data directory', async (t) => {
  const data = join(await temporaryDirectory(t), '.distillery');
  for (const words of [['runs'], ['compare'], ['show', 'x'], ['stop', 'x'], ['queue']]) {
    const { code, err } = await distillery(...words, '--data-dir', data);
    assert.equal(code, 2);
    assert.match(err, /No runs are kept here: .*distillery run FILE/);
  }
  assert.equal(existsSync(data), false);
});

test('devices tells what is here and what to do about what is not', async () => {
  const devices = JSON.parse((await distillery('devices', '--json')).out) as {
    kind: string;
    available: boolean;
    remedy?: string;
  }[];
  assert.ok(devices.some(({ kind, available }) => kind === 'cpu' && available));
  for (const { available, remedy } of devices) assert.ok(available || remedy);
  assert.match((await distillery('devices')).out, /cpu/);
});

test('help and version go to the standard output and exit with 0', async () => {
  const help = await distillery('--help');
  assert.equal(help.code, 0);
  for (const command of [
    'run',
    'check',
    'runs',
    'show',
    'compare',
    'resume',
    'stop',
    'remove',
    'devices',
    'demo',
  ])
    assert.match(help.out, new RegExp(`^ {2}${command} `, 'm'));
  assert.match((await distillery('run', '--help')).out, /Ctrl\+C asks the runs to stop/);
  assert.match((await distillery('--version')).out, /^\d+\.\d+\.\d+\n$/);
});

test('check and run look for the run that `of` names in the data directory that is asked for', async (t) => {
  const folder = await temporaryDirectory(t);
  const { data, ids } = await finishedRuns(t);
  const file = join(folder, 'smaller.distill.json');
  const dataset = { kind: 'mnist', trainLimit: 200, testLimit: 100 };
  await writeFile(
    file,
    JSON.stringify({ name: 'Smaller', dataset, strategy: { kind: 'prune', of: ids[0] }, seeds: [1] }),
  );
  // Found there, it is told what it lacks; beside the experiment there is no run at all.
  for (const command of ['check', 'run']) {
    const { code, out, err } = await distillery(command, file, '--data-dir', data);
    assert.equal(code, 2, err);
    assert.match(out + err, new RegExp(`The run ${ids[0]} has no student yet`), command);
  }
  const elsewhere = await distillery('check', file, '--data-dir', join(folder, 'other'));
  assert.match(elsewhere.out, /There is no run .* in .*other/);
});
