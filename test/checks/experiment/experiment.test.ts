import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../../src/base/user-error.ts';
import { checkExperiment, checkResolved } from '../../../src/checks/check.ts';
import { requireSound } from '../../../src/checks/sound.ts';
import { edited, fixEdits } from '../../../src/experiment/editing/edit.ts';
import { parseExperiment } from '../../../src/experiment/parsing/parse.ts';
import { check, datasetFolder, told, writeFiles } from '../support.ts';
import { cnn, mlp } from './cases.ts';

const folder = await datasetFolder();

test('fixes of the checks mend what they are offered for', async () => {
  const base = {
    name: 'x',
    dataset: {
      kind: 'idx',
      train: { images: 'train-imgaes', labels: 'train-labels' },
      test: { images: 'test-images', labels: 'test-labels' },
      labelledSubset: 1000,
    },
    student: { model: cnn(4, 4, 4, 4, 4) },
    strategy: { kind: 'direct' },
    training: { batchSize: 64, momentum: 0.5 },
    seeds: [1, 1, 2],
  };
  const file = join(folder, 'x.distill.json');
  let text = JSON.stringify(base, null, 2);
  for (let round = 0; round < 10; round++) {
    const fix = (await checkExperiment(text, file)).find((problem) => problem.fix)?.fix;
    if (fix === undefined) break;
    text = edited(text, fixEdits(text, fix));
  }
  assert.deepEqual(await checkExperiment(text, file), []);
  assert.deepEqual((JSON.parse(text) as typeof base).seeds, [1, 2]);
});

test('a place is given in the text, and problems come in its order', async () => {
  const text = `{
  "name": "x",
  "seeds": [3, 3], // twice
  "dataset": { "kind": "mnist", "labelledSubset": 99999 },
  "student": { "model": { "architecture": "mlp", "hidden": [4] } },
  "strategy": { "kind": "response" }
}`;
  const problems = await checkExperiment(text, join(folder, 'y.distill.json'));
  assert.deepEqual(
    problems.map(({ code, line, column }) => [code, line, column]),
    [
      ['duplicate-seed', 3, 16],
      ['samples', 4, 51],
      ['teacher-missing', 6, 25],
    ],
  );
});

test('what the schema refuses is all that is said of it', async () => {
  const problems = await check(folder, { seeds: [1, 1], device: 'gpu' });
  assert.deepEqual(
    problems.map(({ code }) => code),
    ['wrong-choice'],
  );
});

test('two experiments of one name in a folder are told of', async () => {
  const own = await datasetFolder();
  const other = {
    name: 'x',
    dataset: { kind: 'mnist' },
    student: { model: mlp(4) },
    strategy: { kind: 'direct' },
  };
  await writeFiles(own, {
    'other.distill.json': JSON.stringify(other),
    'broken.distill.json': '{',
    'x.distill.json': JSON.stringify(other),
  });
  assert.deepEqual(told(await check(own)), [
    {
      severity: 'warning',
      code: 'name-clash',
      path: 'name',
      message: 'other.distill.json has the name "x" too.',
      remedy: 'Give each experiment a name of its own.',
    },
  ]);
  assert.deepEqual(await check(own, { name: 'y' }), []);
});

test('an experiment about to run throws its errors and returns its warnings', async () => {
  const base = {
    name: 'x',
    dataset: { kind: 'mnist', labelledSubset: 20 },
    student: { model: mlp(4) },
    strategy: { kind: 'direct' },
  };
  const file = join(folder, 'z.distill.json');
  assert.deepEqual(
    requireSound(await checkExperiment(JSON.stringify(base), file), file).map(({ code }) => code),
    ['batch-too-large'],
  );
  const wrong = await checkExperiment(JSON.stringify({ ...base, seeds: [1, 1] }), file);
  assert.throws(
    () => requireSound(wrong, file),
    (error) =>
      error instanceof UserError &&
      error.message.startsWith('The seed 1 is listed twice') &&
      error.place === `${file}:1:${JSON.stringify({ ...base, seeds: [1, 1] }).lastIndexOf('1') + 1}`,
  );
});

test('an experiment without a text is checked all the same', async () => {
  const { experiment } = parseExperiment(
    JSON.stringify({
      name: 'x',
      dataset: { kind: 'mnist' },
      student: { model: mlp(4) },
      strategy: { kind: 'response' },
      training: { momentum: 0.5 },
    }),
  );
  const findings = await checkResolved(experiment!, folder);
  assert.deepEqual(
    findings.map(({ code }) => code),
    ['teacher-missing'],
  );
});

test('the examples are ready to run', async () => {
  const examples = join(import.meta.dirname, '../../../examples');
  for (const name of readdirSync(examples).filter((name) => name.endsWith('.distill.json'))) {
    const file = join(examples, name);
    const problems = await checkExperiment(readFileSync(file, 'utf8'), file);
    // Where whole heads go, transformers cannot follow: worth a warning, and no fault of the example.
    const expected = name.endsWith('-prune.distill.json') && !name.startsWith('mnist') ? ['layout'] : [];
    assert.deepEqual(
      problems.map(({ code }) => code),
      expected,
      name,
    );
  }
});
