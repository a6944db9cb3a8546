import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openStore } from '../../src/runs/store.ts';
import { program } from '../program.ts';
import { temporaryDirectory } from '../runs/support.ts';

/** The command line with the real worker, as a process of its own. */
function start(...words: string[]) {
  const [node, ...before] = program('test/campaign/programs/real-cli.ts');
  const child = spawn(node, [...before, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  const written = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    written.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    written.err += text;
  });
  return { child, written, closed: once(child, 'close') as Promise<[number | null]> };
}

test('a real sweep of two points whose driver and worker are killed goes on, no point twice, and tells figures of held-out images', {
  timeout: 900_000,
}, async (t) => {
  const directory = await temporaryDirectory(t);
  const data = join(directory, '.distillery');
  const file = join(directory, 'small.distill.json');
  await writeFile(
    file,
    JSON.stringify({
      name: 'Small',
      dataset: { kind: 'mnist', trainLimit: 400, testLimit: 100 },
      student: { model: { architecture: 'mlp', hidden: [8] } },
      strategy: { kind: 'direct' },
      training: { epochs: 4, batchSize: 4 },
      device: 'cpu',
      sweep: {
        options: { 'training.learningRate': [0.003, 0.00001] },
        sampler: 'grid',
        objectives: ['accuracy', 'parameters'],
      },
    }),
  );
  const words = ['sweep', file, '--data-dir', data];
  const first = start(...words);
  const store = await openStore(data);
  t.after(() => store.close());
  const training = async () =>
    (await store.list({ states: ['running'] })).find(
      ({ pid, progress }) => pid && progress?.phase === 'train',
    );
  let run = await training();
  while (!run) {
    assert.equal(first.child.exitCode, null, first.written.err);
    await new Promise((resolve) => setTimeout(resolve, 10));
    run = await training();
  }
  first.child.kill('SIGKILL');
  process.kill(run.pid!, 'SIGKILL');
  await first.closed;

  const second = start(...words, '--json');
  assert.equal((await second.closed)[0], 0, second.written.err);
  const runs = await store.list({ sort: 'createdAt' });
  assert.deepEqual(
    runs.map(({ state, sweep, config }) => [state, sweep!.point, config.training.learningRate]),
    [
      ['completed', 0, 0.003],
      ['completed', 1, 0.00001],
    ],
  );
  assert.equal(runs[0]!.id, run.id, 'the run that was killed is the one that went on');
  const standing = JSON.parse(second.written.out.trim().split('\n').at(-1)!) as {
    points: { figures: { accuracy: number; parameters: number } }[];
    front: number[];
  };
  for (const [index, { id, result }] of runs.entries()) {
    const curve = await store.points(id, 'student', 'validation.accuracy');
    assert.equal(curve.length, 4);
    const { accuracy, parameters } = standing.points[index]!.figures;
    assert.equal(accuracy, curve.find(({ epoch }) => epoch === result!.bestEpoch)!.value);
    assert.equal(accuracy, Math.max(...curve.map(({ value }) => value!)));
    assert.equal(parameters, result!.student.parameters);
  }
  // Both have the same parameters: only the better one is on the front.
  assert.deepEqual(standing.front, [0]);
});
