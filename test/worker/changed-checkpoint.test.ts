import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RunEvent } from '../../src/worker/directory/events.ts';
import { eventsOf, makeRun, resultOf, startWorker, temporaryDirectory, waitFor } from './support.ts';

const project = temporaryDirectory();
const start = join(project, 'start');

const learning = {
  teacher: undefined,
  student: { checkpoint: 'start' },
  strategy: { kind: 'direct' as const },
  training: { epochs: 60, batchSize: 4, learningRate: 0.001 },
};

/** A student with weights of its own to begin with, in place of the one that was there. */
async function begin(seed: number): Promise<void> {
  const made = await makeRun(project, `start-${seed}`, {
    teacher: undefined,
    student: { model: { architecture: 'mlp', hidden: [8] } },
    strategy: { kind: 'direct' },
    training: { epochs: 1, batchSize: 16, learningRate: 0.01 },
    seeds: [seed],
  });
  await resultOf(made);
  rmSync(start, { recursive: true, force: true });
  cpSync(made.studentDirectory, start, { recursive: true });
}

async function stoppedRun(name: string) {
  const directory = await makeRun(project, name, learning);
  const worker = startWorker(directory.path);
  await waitFor(directory, (event) => event.type === 'checkpoint');
  await directory.request('stop');
  assert.equal((await worker.ended).code, 0);
  assert.ok((await eventsOf(directory)).some(({ type }) => type === 'cancelled'));
  await directory.clearRequests();
  return directory;
}

const begunAnew = (events: readonly RunEvent[]) =>
  events.some((event) => event.type === 'warning' && /trained from the beginning/.test(event.message));

test('a run whose starting checkpoint changed at its place is not resumed with the former one', async () => {
  await begin(1);
  const same = await stoppedRun('same');
  assert.equal(begunAnew((await resultOf(same)).events), false);

  const other = await stoppedRun('other');
  await begin(2);
  assert.equal(begunAnew((await resultOf(other)).events), true);
  const undisturbed = await makeRun(project, 'undisturbed', learning);
  await resultOf(undisturbed);
  const weights = (folder: string) => readFileSync(join(folder, 'model.safetensors'));
  assert.deepEqual(weights(other.studentDirectory), weights(undisturbed.studentDirectory));
  assert.notDeepEqual(weights(same.studentDirectory), weights(undisturbed.studentDirectory));
});
