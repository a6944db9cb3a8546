import assert from 'node:assert/strict';
import { test } from 'node:test';
import { architectures } from '../../../src/experiment/architectures/all.ts';
import { edited, removeValue, setValue } from '../../../src/experiment/editing/edit.ts';
import { parseInput } from '../../../src/experiment/editing/hyperparameter-input.ts';
import {
  type Hyperparameter,
  hyperparametersOf,
  variantOf,
} from '../../../src/experiment/editing/hyperparameters.ts';
import { modified } from '../../../src/experiment/editing/modified.ts';
import { parseExperiment } from '../../../src/experiment/parsing/parse.ts';
import type { Experiment } from '../../../src/experiment/schema/schema.ts';
import { smallest } from '../support.ts';

const written = {
  ...smallest,
  teacher: { model: { architecture: 'mlp', hidden: [64, 64] } },
  strategy: { kind: 'response', alpha: 0.5 },
  training: { epochs: 5, earlyStopping: { patience: 2 } },
};
const experiment = parseExperiment(JSON.stringify(written)).experiment as Experiment;
const all = hyperparametersOf(experiment);
const at = (path: string, list = all): Hyperparameter => {
  const found = list.find((parameter) => parameter.path.join('.') === path);
  assert.ok(found, path);
  return found;
};

test('a row has all that is needed to show and edit it', () => {
  assert.deepEqual(at('strategy.alpha'), {
    path: ['strategy', 'alpha'],
    name: 'alpha',
    value: 0.5,
    default: 0.7,
    changed: true,
    description: at('strategy.alpha').description,
    type: 'number',
    expected: 'a number from 0 to 1',
    minimum: 0,
    maximum: 1,
    selectsVariant: false,
  });
  assert.match(at('strategy.alpha').description, /^α, the weight/);
  const epochs = at('training.epochs');
  assert.deepEqual([epochs.value, epochs.changed, epochs.unit, epochs.type], [5, false, 'epochs', 'integer']);
  assert.deepEqual(
    at('training.schedule').choices?.map(({ value }) => value),
    ['linear', 'cosine', 'constant'],
  );
  assert.ok(at('training.schedule').choices?.every(({ description }) => description));
});

test('the same rows come from what is written and from what is resolved', () => {
  const raw = hyperparametersOf(written);
  for (const { path, value, changed } of all)
    if (path.join('.') !== 'training.earlyStopping.minDelta')
      assert.deepEqual(
        [path, at(path.join('.'), raw).value, at(path.join('.'), raw).changed],
        [path, value, changed],
      );
});

test('names are no hyperparameters, absent sections have no rows, their training has', () => {
  const paths = hyperparametersOf(smallest).map(({ path }) => path.join('.'));
  assert.ok(!paths.some((path) => /^(name|description|\$schema|teacher)/.test(path)));
  assert.equal(at('teacher.training.epochs').value, 5);
  const stored = hyperparametersOf({ ...smallest, teacher: { checkpoint: 't' } });
  assert.ok(!stored.some(({ path }) => path.join('.').startsWith('teacher.training')));
});

test('what can be left out or switched off says how', () => {
  assert.deepEqual(at('dataset.labelledSubset').clear, { path: ['dataset', 'labelledSubset'] });
  assert.deepEqual(at('training.clipNorm').clear, { path: ['training', 'clipNorm'], value: null });
  assert.deepEqual(at('training.earlyStopping.patience').clear, {
    path: ['training', 'earlyStopping'],
    value: null,
  });
  const off = hyperparametersOf(smallest);
  assert.equal(at('training.earlyStopping.patience', off).value, undefined);
  assert.ok(!off.some(({ name }) => name === 'minDelta'));
  assert.equal(at('training.epochs').clear, undefined);
});

test('every row can be written back into the file, and leaves the experiment as it was', () => {
  let text = JSON.stringify(written, null, 2);
  for (const { path, value } of all)
    text = edited(text, value === undefined ? removeValue(text, path) : setValue(text, path, value));
  const defaults = parseExperiment(JSON.stringify(smallest)).experiment!.training;
  assert.deepEqual(parseExperiment(text).experiment, modified(experiment, ['teacher', 'training'], defaults));
});

test('another variant keeps what both know and gets what it needs', () => {
  assert.deepEqual(variantOf(written, ['strategy'], 'direct'), { kind: 'direct' });
  assert.deepEqual(
    variantOf({ strategy: { kind: 'response', temperature: 2, alpha: 0.5 } }, ['strategy'], 'self'),
    { kind: 'self', temperature: 2 },
  );
  for (const [section, choices] of [
    [['student', 'model'], architectures],
    [['strategy'], at('strategy.kind').choices!.map(({ value }) => value)],
  ] as const)
    for (const choice of choices) {
      const changed = modified(written, section, variantOf(written, section, choice));
      assert.deepEqual(parseExperiment(JSON.stringify(changed)).problems, [], choice);
    }
  assert.throws(() => variantOf(written, ['strategy'], 'x'), RangeError);
});

test('typed values are read, and refused in the words of the file', () => {
  const type = (path: string, text: string, list = all) => parseInput(at(path, list), text, experiment);
  assert.deepEqual(type('training.epochs', ' 7 '), { value: 7 });
  assert.deepEqual(type('training.learningRate', '5e-5'), { value: 5e-5 });
  assert.deepEqual(type('training.clipNorm', 'null'), { value: null });
  assert.deepEqual(type('student.model.hidden', '[800, 800]'), { value: [800, 800] });
  assert.deepEqual(type('student.model.hidden', '800 400'), { value: [800, 400] });
  assert.deepEqual(type('cacheTeacherSignals', 'false'), { value: false });
  assert.deepEqual(type('strategy.kind', 'direct'), { value: 'direct' });
  assert.deepEqual(type('training.epochs', '0'), {
    message:
      'training.epochs must be a whole number from 1 to 100000, but is 0. Write a whole number from 1 to 100000; 1 is the nearest.',
  });
  assert.match((type('training.epochs', '') as { message: string }).message, /but is empty text/);
  assert.match(
    (type('student.model.hidden', '') as { message: string }).message,
    /must not be an empty list/,
  );
  assert.match(
    (type('strategy.kind', 'respones') as { message: string }).message,
    /Did you mean "response"\?$/,
  );
});

test('a value is changed in a copy', () => {
  const before = { a: [1, { b: 2 }] };
  assert.deepEqual(modified(before, ['a', 1, 'b'], 3), { a: [1, { b: 3 }] });
  assert.deepEqual(modified(before, ['a', 0], undefined), { a: [{ b: 2 }] });
  assert.deepEqual(modified(before, ['c', 'd'], 1), { a: [1, { b: 2 }], c: { d: 1 } });
  assert.deepEqual(before, { a: [1, { b: 2 }] });
});
