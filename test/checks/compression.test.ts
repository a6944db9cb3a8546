import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { check, datasetFolder, told, writeFiles } from './support.ts';

const teacher = { model: { architecture: 'cnn', channels: [4] } };
const errors = async (...args: Parameters<typeof check>) =>
  told(await check(...args))
    .filter(({ severity }) => severity === 'error')
    .map(({ code, path, message }) => ({ code, path, message }));
const changes = (strategy: object, more: object = {}) => ({ student: undefined, strategy, ...more });

test('a teacher that is made smaller needs no student', async () => {
  const folder = await datasetFolder();
  for (const strategy of [{ kind: 'quantize' }, { kind: 'prune' }])
    assert.deepEqual(told(await check(folder, changes(strategy, { teacher }))), []);
});

test('without a teacher there must be something else to make smaller', async () => {
  const folder = await datasetFolder();
  assert.deepEqual(await errors(folder, changes({ kind: 'quantize' })), [
    {
      code: 'teacher-missing',
      path: 'strategy.kind',
      message: 'Strategy "quantize" is to make the teacher smaller, and the experiment has none.',
    },
  ]);
});

test('runs and folders that are not there, not finished or quantized already are named', async () => {
  const folder = await datasetFolder();
  const run = '20261124-070314-few-s0-abcd';
  const runs = join(folder, '.distillery', 'runs');
  await mkdir(join(runs, run), { recursive: true });
  await writeFiles(folder, { 'small/config.json': '{}', 'small/quantized.safetensors': 'x', 'bare/x': '' });
  const of = async (name: string) => (await errors(folder, changes({ kind: 'prune', of: name })))[0];
  assert.equal(
    (await of('nowhere'))!.message,
    `There is no folder ${join(folder, 'nowhere')} whose model could be made smaller.`,
  );
  assert.equal((await of(run))!.message, `The run ${run} has no student yet.`);
  assert.equal(
    (await of('20261124-070314-other-s0-abcd'))!.message,
    `There is no run 20261124-070314-other-s0-abcd in ${join(folder, '.distillery')}.`,
  );
  assert.equal((await of('small'))!.message, 'small is quantized already.');
  assert.match((await of('bare'))!.message, /has no config.json/);
  assert.equal((await of('bare'))!.path, 'strategy.of');
});

test('a resnet says before training how many channels it can lose', async () => {
  const folder = await datasetFolder();
  const resnet = { model: { architecture: 'resnet', depth: 8, width: 0.125 } };
  const strategy = { kind: 'prune', sparsity: 0.7 };
  assert.deepEqual(
    (await errors(folder, changes(strategy, { teacher: resnet }))).map(({ code, path }) => [code, path]),
    [['sparsity', 'strategy.sparsity']],
  );
});

test('what does nothing for a model that is made smaller is pointed out', async () => {
  const folder = await datasetFolder();
  const problems = await check(folder, {
    teacher,
    strategy: { kind: 'quantize', scheme: 'float16', groupSize: 64, percentile: 99, keepEnds: true },
    training: { epochs: 3 },
  });
  assert.deepEqual(
    told(problems).map(({ code, path }) => `${code} ${path}`),
    ['student', 'strategy.groupSize', 'strategy.percentile', 'strategy.keepEnds', 'training'].map(
      (path) => `unused-option ${path}`,
    ),
  );
});

test('groups are powers of two', async () => {
  const folder = await datasetFolder();
  const [found] = await check(folder, changes({ kind: 'quantize', groupSize: 48 }, { teacher }));
  assert.match(found!.message, /power of two/);
});
