import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { UserError } from '../../../src/base/user-error.ts';
import type { Bounds } from '../../../src/checks/apart/bounds.ts';
import { CheckingProcess } from '../../../src/checks/apart/checking-process.ts';
import { program } from '../../program.ts';
import { datasetFolder, temporaryFolder, told } from '../support.ts';

const limit = { timeout: 600_000 };
const here = { megabytes: 1024, seconds: 100 };

/** A checking process, ended after the tests. */
function checking(bounds: Bounds = here): CheckingProcess {
  const [, ...command] = program('src/checks/apart/checking-main.ts');
  const made = new CheckingProcess({ command }, bounds);
  after(() => made.dispose());
  return made;
}

/**
 * Answers as a checking process would, and does what the text of an experiment says.
 * @param guarded whether it watches over itself as the real one does
 */
async function playing(folder: string, bounds: Bounds = here, guarded = false): Promise<CheckingProcess> {
  const main = join(folder, 'playing.mjs');
  const guard = new URL('../../../src/checks/apart/guard.ts', import.meta.url);
  await writeFile(
    main,
    `${guarded ? `(await import('${guard}')).guardProcess(${JSON.stringify(bounds)});` : ''}
    process.on('message', ({ id, text }) => {
      const { description, dataset } = JSON.parse(text);
      const say = (answer) => process.send(answer);
      say({ type: 'begun', id });
      if (!description.startsWith('quiet')) say({ type: 'reading', file: ${JSON.stringify(folder)} + '/' + dataset.train });
      eval(description.replace('quiet', ''));
      say({ type: 'checked', id, problems: [] });
    });`,
  );
  const made = new CheckingProcess(
    { command: [...(guarded ? ['--import', import.meta.resolve('tsx')] : []), main] },
    bounds,
  );
  after(() => made.dispose());
  return made;
}

const experiment = (description: string) =>
  JSON.stringify({
    name: 'x',
    description,
    dataset: { kind: 'text-classification', train: 'train.csv' },
    student: { model: { architecture: 'bert', layers: 1, hiddenSize: 16, heads: 2 } },
    strategy: { kind: 'direct' },
  });

const shared = checking();

test('a process of its own finds what is found here', limit, async () => {
  const folder = await datasetFolder({ 'train-labels': 'no labels' });
  const text = JSON.stringify({
    name: 'x',
    dataset: {
      kind: 'idx',
      train: { images: 'train-imags', labels: 'train-labels' },
      test: { images: 'test-images', labels: 'test-labels' },
    },
    student: { model: { architecture: 'mlp', hidden: [4] } },
    strategy: { kind: 'direct' },
  });
  const file = join(folder, 'x.distill.json');
  const { checkExperiment } = await import('../../../src/checks/check.ts');
  const found = await shared.check(text, file);
  assert.deepEqual(found, JSON.parse(JSON.stringify(await checkExperiment(text, file))));
  assert.equal(found.length, 2);
  assert.deepEqual(await shared.check('{', file), await checkExperiment('{', file));
  const devices = async () =>
    [{ kind: 'cuda', name: 'CUDA', available: false, detail: 'no NVIDIA GPU' }] as const;
  const onGpu = text.replace('{', '{ "device": "cuda",');
  const missing = (await shared.check(onGpu, file, { devices })).filter(
    ({ code }) => code === 'device-missing',
  );
  assert.equal(missing.length, 1, 'devices are looked up here');
});

test('the folder of no model is refused by it in the words that are used here', limit, async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'config.json'), '[]');
  await assert.rejects(
    shared.inspect(folder),
    (error) => error instanceof UserError && /config\.json is not a JSON object/.test(error.message),
  );
  const directory = join(import.meta.dirname, '../../fixtures');
  const parts = await shared.parts({ checkpoint: 'onnx/bert', directory });
  assert.deepEqual([parts!.inputs, parts!.layers], [['input_ids', 'attention_mask'], 2]);
  assert.equal(await shared.parts({ checkpoint: 'hf:nobody/nothing', directory }), undefined);
});

test(
  'a file that takes all memory is named where the experiment names it, with how more is allowed',
  limit,
  async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'x.distill.json');
    const process = await playing(folder, { megabytes: 64, seconds: 100 });
    const problems = await process.check(
      experiment('const all = []; for (;;) all.push({ at: all.length, more: [all.length] });'),
      file,
    );
    assert.deepEqual(told(problems), [
      {
        severity: 'error',
        code: 'unreadable',
        path: 'dataset.train',
        message: `${folder}/train.csv cannot be read: that took more than 64 MB of memory.`,
        remedy:
          'It is damaged, or needs more than others of its kind. If it is right as it is, allow for more: set DISTILLERY_CHECK_MEMORY_MB=256 in the environment.',
      },
    ]);
    assert.deepEqual(
      await process.check(experiment(''), file),
      [],
      'the next one is checked by another process',
    );
  },
);

test('memory outside of the heap of JavaScript counts as well', limit, async () => {
  const folder = await temporaryFolder();
  const process = await playing(folder, { megabytes: 64, seconds: 100 }, true);
  const [problem] = await process.check(
    experiment('const all = []; for (;;) all.push(Buffer.alloc(1 << 20, 1));'),
    join(folder, 'x.distill.json'),
  );
  assert.match(problem!.message, /train\.csv cannot be read: that took more than 64 MB of memory/);
});

test('a file that is read without end is named once its time is over', limit, async () => {
  const folder = await temporaryFolder();
  const process = await playing(folder, { megabytes: 1024, seconds: 2 });
  const [problem] = await process.check(experiment('for (;;);'), join(folder, 'x.distill.json'));
  assert.equal(problem?.message, `${folder}/train.csv cannot be read: it was not done after 2 seconds.`);
  assert.match(problem.remedy!, /set DISTILLERY_CHECK_SECONDS=8/);
});

test(
  'a process that dies of a signal, or ends by itself, is told of with what it printed',
  limit,
  async () => {
    const folder = await temporaryFolder();
    const process = await playing(folder);
    const file = join(folder, 'x.distill.json');
    const messageOf = async (description: string) =>
      (await process.check(experiment(description), file))[0]?.message;
    assert.match(
      (await messageOf("process.kill(process.pid, 'SIGBUS'); for (;;);"))!,
      /train\.csv cannot be read: the process that read it was ended by SIGBUS\./,
    );
    assert.match(
      (await messageOf("console.error('a word'); process.exit(7)"))!,
      /train\.csv cannot be read: the process that read it ended with code 7 \(a word\)\./,
    );
    assert.match((await messageOf('quiet process.exit(1)'))!, /^The experiment cannot be checked/);
  },
);

test('what it says is held to bounds', limit, async () => {
  const folder = await temporaryFolder();
  const process = await playing(folder);
  await assert.rejects(
    process.check(experiment("say({ type: 'checked', id, problems: [{ message: 7 }] })"), join(folder, 'x')),
    /said what it should not/,
  );
});

test('a check that nobody waits for is not begun, or ended soon', limit, async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'x.distill.json');
  const process = await playing(folder);
  const [first, second] = [new AbortController(), new AbortController()];
  const endless = process.check(experiment('for (;;);'), file, { signal: first.signal });
  const never = process.check(experiment("console.error('begun'); for (;;);"), file, {
    signal: second.signal,
  });
  const third = process.check(experiment(''), file);
  second.abort();
  await assert.rejects(never, { name: 'AbortError' });
  first.abort();
  await assert.rejects(endless, { name: 'AbortError' });
  assert.deepEqual(await third, []);
});
