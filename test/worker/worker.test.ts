import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ModelFigures } from '../../src/worker/directory/events.ts';
import { readEvents } from '../../src/worker/directory/read-events.ts';
import type { RunDirectory } from '../../src/worker/directory/run-directory.ts';
import { eventsOf, makeRun, ofType, runToEnd, temporaryDirectory } from './support.ts';

// One project for all: the runs share the data and the teacher, as a user's do.
const project = temporaryDirectory();

const studentBytes = (directory: RunDirectory) =>
  readFileSync(join(directory.studentDirectory, 'model.safetensors'));

test('a run goes from its directory to a student, telling all the way', async () => {
  const directory = await makeRun(project, 'complete');
  const { code, output } = await runToEnd(directory);
  assert.equal(code, 0, output);

  const { events, problems } = await readEvents(directory.eventsFile);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    events.map(({ seq }) => seq),
    events.map((_, index) => index),
  );
  assert.deepEqual(
    ofType(events, 'phase').map(({ phase }) => phase),
    ['prepare', 'teacher', 'signals', 'train', 'evaluate', 'measure', 'export'],
  );
  const [started] = ofType(events, 'started');
  assert.equal(started!.deviceKind, 'cpu');
  assert.match(started!.device, /CPU/);
  assert.equal(started!.versions.node, process.versions.node);
  assert.deepEqual([...new Set(ofType(events, 'metric').map(({ model }) => model))], ['teacher', 'student']);
  assert.equal(ofType(events, 'checkpoint').length, 2);
  assert.deepEqual(
    events.slice(-2).map(({ type }) => type),
    ['result', 'completed'],
  );

  const { student, teacher, agreement, disagreement, bestEpoch } = ofType(events, 'result')[0]!.result;
  assert.equal(student.bytes, studentBytes(directory).length);
  assert.equal(student.parameters, 784 * 8 + 8 + 8 + 8 * 10 + 10);
  assert.ok(student.latencyMs! > 0 && student.throughput! > 0);
  assert.ok(student.accuracy! > 0.2 && teacher!.accuracy! > 0.4);
  assert.equal(
    student.confusion!.flat().reduce((sum, count) => sum + count, 0),
    80,
  );
  assert.ok(agreement! > 0 && agreement! <= 1);
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  assert.equal(sum(disagreement!.map(({ samples }) => samples)), 80);
  const different = sum(
    disagreement!.map(({ onlyStudent, onlyTeacher, neither }) => onlyStudent + onlyTeacher + neither),
  );
  assert.equal(1 - different / 80, agreement);
  assert.equal(student.timedRounds, teacher!.timedRounds);
  assert.ok(student.timedRounds! >= 15 && student.timedRounds! <= 100);
  assert.ok(bestEpoch === 1 || bestEpoch === 2);
  assert.deepEqual(readdirSync(directory.studentDirectory).sort(), [
    'README.md',
    'config.json',
    'model.safetensors',
    'preprocessor_config.json',
  ]);
  assert.deepEqual(readdirSync(directory.checkpointsDirectory), ['best.safetensors']);
  assert.deepEqual(readdirSync(directory.path).sort(), [
    'checkpoints',
    'control',
    'events.jsonl',
    'experiment.json',
    'predictions.bin',
    'student',
  ]);
});

test('a completed run is not run again', async () => {
  const directory = await makeRun(project, 'complete');
  const before = await eventsOf(directory);
  const { code, output } = await runToEnd(directory);
  assert.equal(code, 2);
  assert.match(output, /completed; there is nothing left to do/);
  assert.deepEqual(await eventsOf(directory), before);
});

test('without a teacher, direct training has no teacher’s figures', async () => {
  const directory = await makeRun(project, 'direct', { teacher: undefined, strategy: { kind: 'direct' } });
  const { code, output } = await runToEnd(directory);
  assert.equal(code, 0, output);
  const events = await eventsOf(directory);
  assert.deepEqual(
    ofType(events, 'phase').map(({ phase }) => phase),
    ['prepare', 'train', 'evaluate', 'measure', 'export'],
  );
  assert.equal(ofType(events, 'result')[0]!.result.teacher, undefined);
});

test('peers are evaluated, measured and saved beside the student, and answer together', async () => {
  const directory = await makeRun(project, 'online', {
    teacher: undefined,
    strategy: { kind: 'online', peers: 2 },
  });
  const { code, output } = await runToEnd(directory);
  assert.equal(code, 0, output);
  const { candidates, ensemble } = ofType(await eventsOf(directory), 'result')[0]!.result;
  const [[name, peer]] = Object.entries(candidates!) as [[string, ModelFigures]];
  assert.ok(peer.accuracy! >= 0 && peer.latencyMs! > 0);
  assert.ok(ensemble!.accuracy! >= 0 && ensemble!.loss! > 0);
  const weights = readFileSync(join(directory.candidatesDirectory, name, 'model.safetensors'));
  assert.equal(peer.bytes, weights.length);
});

test('the teacher in every step gives the same student as its cached signals', async () => {
  // Without batch normalisation, after which Adam makes whole steps of mere rounding errors.
  const student = { model: { architecture: 'mlp' as const, hidden: [8] } };
  const cached = await makeRun(project, 'cached', { student });
  const live = await makeRun(project, 'live', { student, cacheTeacherSignals: false });
  for (const directory of [cached, live]) assert.equal((await runToEnd(directory)).code, 0);
  const loss = async (directory: RunDirectory) =>
    ofType(await eventsOf(directory), 'result')[0]!.result.student.loss!;
  const losses = [await loss(cached), await loss(live)] as const;
  assert.ok(Math.abs(losses[0] - losses[1]) < 1e-5, `cross-entropies ${losses}`);
});

test('images that change are shown to the teacher as they are, whose answers are not kept', async () => {
  const training = { epochs: 2, batchSize: 4, augmentation: { shift: 1 } };
  const directory = await makeRun(project, 'augmented', { training });
  const { code, output } = await runToEnd(directory);
  assert.equal(code, 0, output);
  const phases = ofType(await eventsOf(directory), 'phase').map(({ phase }) => phase);
  assert.ok(!phases.includes('signals'), phases.join());
});
