import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { RunDirectory } from '../../src/worker/directory/run-directory.ts';
import { program } from '../program.ts';
import { makeRun, temporaryDirectory } from './support.ts';

const limit = { timeout: 600_000 };

/** A process that does not hear for so many milliseconds from its first word on. */
async function deafWorker(t: TestContext, directory: RunDirectory, forMs: number) {
  const [node, ...words] = program('test/worker/deaf-worker.ts');
  const child = spawn(node, [...words, directory.path, `${forMs}`], { stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += data));
  await once(child.stdout, 'data');
  return { child, said: () => said };
}

test(
  'a worker that is caught in a computation without an end is ended when it is asked to stop',
  limit,
  async (t) => {
    const directory = await makeRun(temporaryDirectory(), 'deaf');
    const { child, said } = await deafWorker(t, directory, 1e9);
    const ended = once(child, 'exit');
    await directory.request('stop');
    const [, signal] = await ended;
    assert.equal(signal, 'SIGKILL');
    // Said before it is ended, for one that dies by itself.
    assert.match(said(), /the last file that it began to read is \/data\/train\.parquet\./);
    assert.match(
      said(),
      /was asked to end, but has done nothing else for \d+ seconds since it began to read \/data\/train\.parquet;/,
    );
  },
);

test('a worker that was deaf for a moment but hears again in time is left alone', limit, async (t) => {
  const directory = new RunDirectory((await makeRun(temporaryDirectory(), 'busy')).path);
  const { child, said } = await deafWorker(t, directory, 1_000);
  await directory.request('stop');
  while (!said().includes('hears again')) await once(child.stdout!, 'data');
  // Longer than the patience: the request lies there, but the event loop turns.
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  assert.equal(child.exitCode, null);
  assert.equal(child.signalCode, null);
});
