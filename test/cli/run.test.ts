import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createRuns } from '../../src/runs/create-run.ts';
import { openStore } from '../../src/runs/store.ts';
import { readEvents } from '../../src/worker/directory/read-events.ts';
import { RunDirectory } from '../../src/worker/directory/run-directory.ts';
import { loadExperiment } from '../experiment/support.ts';
import { ended, once } from '../runs/fleet.ts';
import { numbered, result, started, temporaryDirectory, temporaryStore } from '../runs/support.ts';
import { distillery, experimentFile, jsonLines, startDistillery } from './support.ts';

const limit = { timeout: 600_000 };

test('run --json prints every event of every seed, one a line, with the id of its run', limit, async (t) => {
  const directory = await temporaryDirectory(t);
  const data = join(directory, '.distillery');
  const file = await experimentFile(directory, { steps: 4 }, [7]);
  const { code, out } = await distillery('run', '--json', '--data-dir', data, '--seed', '1', '2', file);
  assert.equal(code, 0);
  const lines = jsonLines(out);
  const store = await temporaryStore(t, data);
  const runs = await store.list({ sort: 'seed' });
  assert.deepEqual(
    runs.map(({ seed }) => seed),
    [1, 2],
  );
  for (const { id, directory: runDirectory } of runs) {
    const { events } = await readEvents(join(runDirectory, 'events.jsonl'));
    assert.deepEqual(
      lines.filter(({ run }) => run === id),
      events.map((event) => ({ run: id, ...event })),
    );
  }
});

test('without a terminal run says in plain lines how far it is and how it ended', limit, async (t) => {
  const directory = await temporaryDirectory(t);
  const file = await experimentFile(directory, { steps: 2 });
  const { code, out, err } = await distillery(
    'run',
    '--data-dir',
    join(directory, 'data'),
    '--name',
    'Mine',
    file,
  );
  assert.equal(code, 0);
  assert.equal(out, '');
  assert.match(err, /\[Mine · seed 0\] started on CPU/);
  assert.match(err, /accuracy 90\.00 % · teacher 98\.00 % · 400 B · 10(\.0)?× smaller/);
  assert.match(err, /\[Mine · seed 0\] completed/);
  assert.ok(!err.includes('\u001b'), 'no escape codes');
});

test(
  "exit codes: 2 where the experiment is to be mended, 1 where a worker died, with the run's own words",
  limit,
  async (t) => {
    const directory = await temporaryDirectory(t);
    const data = join(directory, 'data');
    const mistaken = await distillery(
      'run',
      '--data-dir',
      data,
      await experimentFile(directory, { dies: 'by mistake' }),
    );
    assert.equal(mistaken.code, 2);
    assert.match(mistaken.err, /failed: There is no such data file\. Name another file\./);
    const died = await distillery(
      'run',
      '--data-dir',
      data,
      await experimentFile(directory, { dies: 'in mid-step' }),
    );
    assert.equal(died.code, 1);
    assert.match(died.err, /interrupted: The training process ended without a last word/);
  },
);

test('what earlier runs tell against an experiment is said before it begins', limit, async (t) => {
  const directory = await temporaryDirectory(t);
  const data = join(directory, '.distillery');
  const file = await experimentFile(directory, { steps: 1 });
  const loaded = await loadExperiment(file);
  const store = await openStore(data);
  // The same student without the teacher, and the teacher's quality beside it.
  const direct = { ...loaded.experiment, name: 'Alone', strategy: { kind: 'direct' as const } };
  const [id] = await createRuns(store, { ...loaded, experiment: direct });
  const told = result(0.99);
  assert.ok(told.type === 'result');
  await store.ingest(id!, numbered([started, told, { type: 'completed' }]));
  await store.close();
  const { code, err } = await distillery('run', '--data-dir', data, file);
  assert.equal(code, 0, err);
  const [advice, begins] = [err.indexOf('advice Planned: The teacher is worse'), err.indexOf('started on')];
  assert.ok(advice >= 0 && advice < begins, err);
  assert.match(err, /Alone is ahead by 1\.00 pp without a teacher\..*Alone: 99\.00 %/);
  const json = await distillery('run', '--json', '--data-dir', data, file);
  assert.doesNotMatch(json.out + json.err, /advice/);
});

test('two runs started at once on one new data directory: no error, nothing lost', limit, async (t) => {
  const directory = await temporaryDirectory(t);
  const data = join(directory, '.distillery');
  const file = await experimentFile(directory, { steps: 10 });
  const both = [1, 2].map((seed) =>
    startDistillery(['run', '--json', '--concurrency', '2', '--data-dir', data, file, '--seed', `${seed}`]),
  );
  for (const { closed, written } of both) {
    const [code] = await closed;
    assert.equal(code, 0, written.err);
    assert.equal(written.err, '');
    assert.equal(jsonLines(written.out).length, 2 + 20 + 2);
    assert.equal(new Set(jsonLines(written.out).map(({ run }) => run)).size, 1);
  }
  const { out } = await distillery('runs', '--json', '--data-dir', data);
  const runs = JSON.parse(out) as { id: string; state: string }[];
  assert.deepEqual(
    runs.map(({ state }) => state),
    ['completed', 'completed'],
  );
});

test(
  'the command line is killed: the worker finishes, and the next `runs` has all its events',
  limit,
  async (t) => {
    const directory = await temporaryDirectory(t);
    const data = join(directory, '.distillery');
    const heldBy = join(directory, 'held');
    await writeFile(heldBy, '');
    const file = await experimentFile(directory, { steps: 60, heldBy });
    const { child, written, closed } = startDistillery(['run', '--json', '--data-dir', data, file]);
    while (!written.out.includes('"progress"')) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGKILL');
    await closed;
    const { run: id } = jsonLines(written.out.split('\n')[0]!)[0] as { run: string };
    const log = join(data, 'runs', id, 'events.jsonl');
    let events = (await readEvents(log)).events;
    assert.notEqual(events.at(-1)!.type, 'completed', 'killed before the worker was done');
    await rm(heldBy);
    while (events.at(-1)!.type !== 'completed') {
      await new Promise((resolve) => setTimeout(resolve, 50));
      events = (await readEvents(log)).events;
    }
    const { code, out } = await distillery('runs', '--json', '--data-dir', data);
    assert.equal(code, 0);
    assert.equal((JSON.parse(out) as { state: string }[])[0]!.state, 'completed');
    const store = await temporaryStore(t, data);
    assert.deepEqual(
      (await store.events(id)).map(({ seq }) => seq),
      events.map(({ seq }) => seq),
    );
    assert.equal((await store.points(id, 'student', 'loss')).length, 60);
  },
);

test('Ctrl+C asks the runs to stop; resume takes them to their end', limit, async (t) => {
  const directory = await temporaryDirectory(t);
  const data = join(directory, '.distillery');
  const heldBy = join(directory, 'held');
  await writeFile(heldBy, '');
  const file = await experimentFile(directory, { steps: 60, heldBy }, [1, 2]);
  const { child, written, closed } = startDistillery(['run', '--data-dir', data, file]);
  while (!written.err.includes('training')) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill('SIGINT');
  const [code] = await closed;
  assert.equal(code, 130);
  assert.match(written.err, /Stopping; each run keeps a checkpoint/);
  const store = await temporaryStore(t, data);
  const runs = await store.list({ sort: 'seed' });
  assert.deepEqual(
    runs.map(({ state, cancelReason }) => [state, cancelReason]),
    [
      ['cancelled', 'stop'],
      ['cancelled', 'stop'],
    ],
  );
  await rm(heldBy);
  const resumed = await distillery('resume', '--data-dir', data, runs[1]!.id);
  assert.equal(resumed.code, 0);
  assert.equal((await store.get(runs[1]!.id))!.state, 'completed');
  assert.equal((await store.get(runs[0]!.id))!.state, 'cancelled');
});

test('--detach returns at once, and all seeds are run without it', limit, async (t) => {
  const directory = await temporaryDirectory(t);
  const data = join(directory, '.distillery');
  const file = await experimentFile(directory, { steps: 3 }, [1, 2]);
  const { code, out } = await distillery('run', '--detach', '--data-dir', data, file);
  assert.equal(code, 0);
  const ids = out.trim().split('\n');
  assert.equal(ids.length, 2);
  const store = await temporaryStore(t, data);
  // Only looks on: the queue is driven by the process that was left behind.
  for (const id of ids)
    await once(store, id, async (run) => {
      await distillery('runs', '--data-dir', data);
      return ended(run) && run.state === 'completed';
    });
});

test('--export is frozen with each run, and its precision alone says nothing', limit, async (t) => {
  const directory = await temporaryDirectory(t);
  const data = join(directory, 'data');
  const file = await experimentFile(directory, { steps: 1 }, [1, 2]);
  const words = ['run', '--data-dir', data, file];
  const done = await distillery(...words, '--export', 'onnx,safetensors', '--precision', 'fp16');
  assert.equal(done.code, 0, done.err);
  const store = await temporaryStore(t, data);
  const runs = await store.list();
  assert.equal(runs.length, 2);
  for (const run of runs)
    assert.deepEqual(new RunDirectory(run.directory).readRequest().export, {
      formats: ['onnx', 'safetensors'],
      precisions: ['fp16'],
    });
  const alone = await distillery(...words, '--precision', 'fp16');
  assert.equal(alone.code, 2);
  assert.match(alone.err, /nothing is to be exported.*--export too/);
  const wrong = await distillery(...words, '--export', 'onyx');
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /Choose among onnx, /);
  assert.equal(await store.count(), 2);
});
