import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Control } from '../../../src/worker/directory/control.ts';
import { RunDirectory } from '../../../src/worker/directory/run-directory.ts';
import { temporaryDirectory } from '../support.ts';

/** As far as a control looks at it. */
function directory(): RunDirectory {
  const run = new RunDirectory(join(temporaryDirectory(), 'run'));
  mkdirSync(run.path);
  writeFileSync(run.requestFile, '{}');
  return run;
}

/** Asks until something is heard: the folder is not looked at each time. */
async function heard(control: Control) {
  for (let attempt = 0; attempt < 10_000; attempt++) {
    const reason = control.requested();
    if (reason) return reason;
    await sleep(20);
  }
  return undefined;
}

test('nothing is asked, not even the folder for it is there', () => {
  assert.equal(new Control(directory()).requested(), undefined);
});

test('a request that comes later is heard', async () => {
  const run = directory();
  const control = new Control(run);
  assert.equal(control.requested(), undefined);
  await run.request('stop');
  assert.equal(await heard(control), 'stop');
});

test('a cancel that follows a stop counts, a stop that follows a cancel does not', async () => {
  const run = directory();
  const control = new Control(run);
  control.stop();
  assert.equal(control.requested(), 'stop');
  await run.request('cancel');
  const other = new Control(run);
  other.stop();
  assert.equal(other.requested(), 'cancel');
  other.stop();
  assert.equal(other.requested(), 'cancel');
});

test('a run that is deleted is cancelled', async () => {
  const run = directory();
  const control = new Control(run);
  assert.equal(control.requested(), undefined);
  rmSync(run.path, { recursive: true });
  assert.equal(await heard(control), 'cancel');
});

test('a run that lost one of its files is not taken for deleted', () => {
  const run = directory();
  writeFileSync(run.eventsFile, '');
  rmSync(run.requestFile);
  assert.equal(new Control(run).requested(), undefined);
});

test('requests that were cleared are forgotten', async () => {
  const run = directory();
  await run.request('stop');
  await run.request('cancel');
  await run.clearRequests();
  assert.equal(new Control(run).requested(), undefined);
});
