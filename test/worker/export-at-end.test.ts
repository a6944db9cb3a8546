import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Interruption } from '../../src/base/interruption.ts';
import { Control } from '../../src/worker/directory/control.ts';
import { EventLog } from '../../src/worker/directory/event-log.ts';
import type { RunEvent } from '../../src/worker/directory/events.ts';
import type { RunDirectory } from '../../src/worker/directory/run-directory.ts';
import { exportAtEnd } from '../../src/worker/exports/export-at-end.ts';
import { eventsOf, makeRun, runToEnd, temporaryDirectory } from './support.ts';

/** Says in the request of a run what it exports of itself. */
function wish(run: RunDirectory, formats: readonly string[], precisions = ['fp32']): void {
  const request = JSON.parse(readFileSync(run.requestFile, 'utf8'));
  writeFileSync(run.requestFile, JSON.stringify({ ...request, export: { formats, precisions } }));
}

const reports = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.type === 'exported' ? event.export : []));

test('a run exports itself before it is completed, as its request says, and says what went wrong', async () => {
  const project = temporaryDirectory();
  const [good, wrong] = await Promise.all([makeRun(project, 'good'), makeRun(project, 'wrong')]);
  wish(good, ['transformers-js', 'safetensors'], ['fp32', 'int8']);
  wish(wrong, ['model-of-tomorrow']);
  const [ended, other] = [await runToEnd(good), await runToEnd(wrong)];
  assert.deepEqual([ended.code, other.code], [0, 0], ended.output + other.output);
  const events = await eventsOf(good);
  assert.deepEqual(
    events.slice(-4).map(({ type }) => type),
    ['result', 'phase', 'exported', 'completed'],
  );
  const [report] = reports(events);
  assert.equal(report!.problem, undefined, ended.output);
  assert.equal(report!.folder, 'runs/good/export');
  assert.deepEqual(report!.files.map(({ file, check }) => [file, check?.samples, check?.madeUp]).sort(), [
    ['model.safetensors', undefined, undefined],
    ['onnx/model.onnx', 80, undefined],
    ['onnx/model_quantized.onnx', 80, undefined],
  ]);
  assert.ok(existsSync(join(good.exportDirectory, 'onnx/model_quantized.onnx')));
  const [problem] = reports(await eventsOf(wrong));
  assert.match(problem!.problem!, /Nothing can be exported as "model-of-tomorrow"\. This version knows onnx/);
  assert.equal((await eventsOf(wrong)).at(-1)!.type, 'completed');
  assert.ok(!existsSync(wrong.exportDirectory));
});

/** A run that is trained, and an exporting process that does as a script says. */
async function trained(t: TestContext, script: string) {
  const run = await makeRun(temporaryDirectory(), 'trained');
  wish(run, ['onnx']);
  mkdirSync(run.studentDirectory);
  const log = EventLog.open(run.eventsFile);
  t.after(() => log.close());
  const control = new Control(run);
  log.append({ type: 'phase', phase: 'measure' });
  const done = () =>
    exportAtEnd({
      ...{ directory: run, request: run.readRequest(), log, control },
      command: [process.execPath, '-e', script],
    });
  return { run, control, done };
}

const patient = `
  process.on('message', ({ type }) => {
    if (type === 'stop') process.send({ type: 'stopped' }, () => process.exit());
  });`;

test('a process that dies, and a folder that is somebody else’s, are told and change nothing of the run', async (t) => {
  const { run, done } = await trained(t, 'process.exit(3)');
  await done();
  mkdirSync(run.exportDirectory);
  writeFileSync(join(run.exportDirectory, 'thesis.txt'), 'mine');
  await done();
  const told = reports(await eventsOf(run)).map(({ problem }) => problem);
  assert.equal(told.length, 2);
  assert.match(told[0]!, /ended before it was done \(3\)/);
  assert.match(told[1]!, /holds files that no export made/);
  assert.deepEqual(readdirSync(run.exportDirectory), ['thesis.txt']);
});

test('a run that is stopped while it is exported is done without; one that is cancelled is cancelled', async (t) => {
  const stopped = await trained(t, patient);
  await stopped.run.request('stop');
  await stopped.done();
  assert.deepEqual(
    reports(await eventsOf(stopped.run)).map(({ problem }) => problem),
    ['The run was stopped while it was exported.'],
  );
  assert.equal(stopped.run.requested(), undefined);

  const cancelled = await trained(t, patient);
  await cancelled.run.request('cancel');
  await assert.rejects(
    cancelled.done(),
    (error) => error instanceof Interruption && error.reason === 'cancel',
  );
  assert.deepEqual(reports(await eventsOf(cancelled.run)), []);
});
