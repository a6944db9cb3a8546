import assert from 'node:assert/strict';
import { test } from 'node:test';
import { architectures } from '../../../src/experiment/architectures/all.ts';
import { datasetRecords } from '../../../src/experiment/datasets/all.ts';
import { edited, fixEdits } from '../../../src/experiment/editing/edit.ts';
import { parseExperiment } from '../../../src/experiment/parsing/parse.ts';
import { valueAt } from '../../../src/experiment/schema/schema-walk.ts';
import { onlyProblem, problemsOf, smallest } from '../support.ts';

interface Expected {
  readonly title: string;
  readonly changes: Record<string, unknown>;
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  /** The value at the place of the problem after its fix; absent where there is no fix. */
  readonly fixed?: unknown;
}

const training = (options: object) => ({ training: options });
/** '"mlp", "cnn" or "bert"', of all there are. */
const listed = (names: readonly string[]) =>
  names
    .map((name) => JSON.stringify(name))
    .join(', ')
    .replace(/, ([^,]*)$/, ' or $1');
const everyArchitecture = listed(architectures);
const everyDataset = listed(Object.keys(datasetRecords));
const model = (options: object) => ({ student: { model: options } });

const cases: Expected[] = [
  {
    title: 'unknown key with a synonym',
    changes: training({ lr: 0.1 }),
    code: 'unknown-key',
    message: 'training has no option "lr".',
    remedy: 'Did you mean "learningRate"?',
    fixed: { learningRate: 0.1 },
  },
  {
    title: 'unknown key in another spelling',
    changes: training({ batch_size: 8 }),
    code: 'unknown-key',
    message: 'training has no option "batch_size".',
    remedy: 'Did you mean "batchSize"?',
    fixed: { batchSize: 8 },
  },
  {
    title: 'unknown key with a typing mistake',
    changes: training({ epcohs: 8 }),
    code: 'unknown-key',
    message: 'training has no option "epcohs".',
    remedy: 'Did you mean "epochs"?',
    fixed: { epochs: 8 },
  },
  {
    title: 'unknown key whose neighbour is written too',
    changes: training({ epochs: 8, epoch: 9 }),
    code: 'unknown-key',
    message: 'training has no option "epoch".',
    remedy: 'Remove it: "epochs" is already there.',
    fixed: { epochs: 8 },
  },
  {
    title: 'unknown key near nothing',
    changes: { strategy: { kind: 'response', zebra: 1 } },
    code: 'unknown-key',
    message: 'strategy of kind "response" has no option "zebra".',
    remedy: 'Remove it, or use one of these: temperature, alpha.',
    fixed: { kind: 'response' },
  },
  {
    title: 'unknown key where nothing else may stand',
    changes: { strategy: { kind: 'direct', temperature: 4 } },
    code: 'unknown-key',
    message: 'strategy of kind "direct" has no option "temperature".',
    remedy: 'Remove it; every option there is is already written.',
    fixed: { kind: 'direct' },
  },
  {
    title: 'negative epochs',
    changes: training({ epochs: -3 }),
    code: 'out-of-range',
    message: 'training.epochs must be a whole number from 1 to 100000, but is -3.',
    remedy: 'Write a whole number from 1 to 100000; 1 is the nearest.',
    fixed: 1,
  },
  {
    title: 'alpha above 1',
    changes: { strategy: { kind: 'response', alpha: 1.5 } },
    code: 'out-of-range',
    message: 'strategy.alpha must be a number from 0 to 1, but is 1.5.',
    remedy: 'Write a number from 0 to 1; 1 is the nearest.',
    fixed: 1,
  },
  {
    title: 'alpha below 0',
    changes: { strategy: { kind: 'response', alpha: -0.1 } },
    code: 'out-of-range',
    message: 'strategy.alpha must be a number from 0 to 1, but is -0.1.',
    remedy: 'Write a number from 0 to 1; 0 is the nearest.',
    fixed: 0,
  },
  {
    title: 'a bound that is not allowed itself',
    changes: training({ momentum: 1 }),
    code: 'out-of-range',
    message: 'training.momentum must be a number from 0 up to, but not including, 1, but is 1.',
    remedy: 'Write a number from 0 up to, but not including, 1, for example 0.9.',
  },
  {
    title: 'a learning rate of 0',
    changes: training({ learningRate: 0 }),
    code: 'out-of-range',
    message: 'training.learningRate must be a number above 0 and at most 10, but is 0.',
    remedy: 'Write a number above 0 and at most 10, for example 0.001.',
  },
  {
    title: 'a nullable number out of range',
    changes: training({ clipNorm: -1 }),
    code: 'out-of-range',
    message: 'training.clipNorm must be a number above 0, but is -1.',
    remedy: 'Write a number above 0, for example 1.',
  },
  {
    title: 'a number as text',
    changes: training({ epochs: '5' }),
    code: 'wrong-type',
    message: 'training.epochs must be a whole number from 1 to 100000, but is the text "5".',
    remedy: 'Write 5 instead.',
    fixed: 5,
  },
  {
    title: 'text that is no number',
    changes: training({ epochs: 'many' }),
    code: 'wrong-type',
    message: 'training.epochs must be a whole number from 1 to 100000, but is the text "many".',
    remedy: 'Write a whole number from 1 to 100000, for example 5.',
  },
  {
    title: 'half an epoch',
    changes: training({ epochs: 1.5 }),
    code: 'wrong-type',
    message: 'training.epochs must be a whole number from 1 to 100000, but is the number 1.5.',
    remedy: 'Write 2 instead.',
    fixed: 2,
  },
  {
    title: 'null where nothing may be null',
    changes: training({ epochs: null }),
    code: 'wrong-type',
    message: 'training.epochs must be a whole number from 1 to 100000, but is null.',
    remedy: 'Write a whole number from 1 to 100000, for example 5.',
  },
  {
    title: 'a wrong type where null may stand',
    changes: training({ clipNorm: 'none' }),
    code: 'wrong-type',
    message: 'training.clipNorm must be a number above 0 or null, but is the text "none".',
    remedy: 'Write a number above 0 or null, for example 1.',
  },
  {
    title: 'a switch as text',
    changes: { cacheTeacherSignals: 'false' },
    code: 'wrong-type',
    message: 'cacheTeacherSignals must be true or false, but is the text "false".',
    remedy: 'Write false instead.',
    fixed: false,
  },
  {
    title: 'a number for a list',
    changes: model({ architecture: 'mlp', hidden: 800 }),
    code: 'wrong-type',
    message:
      'student.model.hidden must be a list in brackets of 1 to 64 entries, each a whole number from 1 to 65536, but is the number 800.',
    remedy: 'Write [800] instead.',
    fixed: [800],
  },
  {
    title: 'a name for a section',
    changes: { strategy: 'respnse' },
    code: 'wrong-type',
    message:
      'strategy must be an object in braces with a "kind" of "direct", "response", "feature", "relation", "self", "online", "sequence", "generated", "combined", "quantize" or "prune", but is the text "respnse".',
    remedy: 'Write {"kind":"response"} instead.',
    fixed: { kind: 'response' },
  },
  {
    title: 'a list for a section',
    changes: { training: [] },
    code: 'wrong-type',
    message: 'training must be an object in braces, but is an empty list.',
    remedy: 'Write an object in braces.',
  },
  {
    title: 'a number for a name',
    changes: { name: 3 },
    code: 'wrong-type',
    message: 'name must be text in quotes, 1 to 200 characters, but is the number 3.',
    remedy: 'Write text in quotes, 1 to 200 characters.',
  },
  {
    title: 'an unknown variant near a known one',
    changes: { dataset: { kind: 'mnits' } },
    code: 'wrong-choice',
    message: `dataset.kind must be ${everyDataset}, but is the text "mnits".`,
    remedy: 'Did you mean "mnist"?',
    fixed: 'mnist',
  },
  {
    title: 'an unknown variant near nothing',
    changes: model({ architecture: 'perceiver' }),
    code: 'wrong-choice',
    message: `student.model.architecture must be ${everyArchitecture}, but is the text "perceiver".`,
    remedy: `Write ${everyArchitecture}.`,
  },
  {
    title: 'a variant of the wrong type',
    changes: { dataset: { kind: 7 } },
    code: 'wrong-choice',
    message: `dataset.kind must be ${everyDataset}, but is the number 7.`,
    remedy: `Write ${everyDataset}.`,
  },
  {
    title: 'a choice under another tool’s name',
    changes: training({ optimizer: 'Adam' }),
    code: 'wrong-choice',
    message: 'training.optimizer must be "adamw" or "sgd", but is the text "Adam".',
    remedy: 'Did you mean "adamw"?',
    fixed: 'adamw',
  },
  {
    title: 'a section without its variant',
    changes: { strategy: {} },
    code: 'missing',
    message: 'strategy has no "kind".',
    remedy:
      'Add "kind": "direct", "response", "feature", "relation", "self", "online", "sequence", "generated", "combined", "quantize" or "prune".',
    fixed: 'direct',
  },
  {
    title: 'a missing option',
    changes: training({ earlyStopping: {} }),
    code: 'missing',
    message: 'training.earlyStopping has no "patience".',
    remedy:
      'Add "patience": a whole number of at least 1. Epochs in a row without improvement before training ends.',
    fixed: 1,
  },
  {
    title: 'an empty list',
    changes: { seeds: [] },
    code: 'wrong-length',
    message: 'seeds must not be an empty list.',
    remedy: 'Write a list in brackets of 1 to 100 entries, each a whole number from 0 to 2147483647.',
  },
  {
    title: 'a list that is too long',
    changes: { seeds: Array.from({ length: 101 }, (_, index) => index) },
    code: 'wrong-length',
    message: 'seeds has 101 entries; at most 100 are allowed.',
    remedy: 'Keep 100 entries or fewer.',
  },
  {
    title: 'an empty name',
    changes: { name: '  ' },
    code: 'wrong-length',
    message: 'name must not be empty.',
    remedy: 'Write text in quotes, 1 to 200 characters.',
  },
  {
    title: 'a name that is too long',
    changes: { name: 'n'.repeat(201) },
    code: 'wrong-length',
    message: 'name is 201 characters long; at most 200 are allowed.',
    remedy: 'Shorten it.',
  },
  {
    title: 'a teacher of nothing',
    changes: { teacher: {} },
    code: 'missing',
    message: 'The teacher has neither a "model" nor a "checkpoint".',
    remedy: 'Add a "model", which is trained first, or the "checkpoint" folder of a trained one.',
  },
  {
    title: 'two teachers in one',
    changes: { teacher: { model: smallest.student.model, checkpoint: 'teacher' } },
    code: 'contradiction',
    message: 'The teacher has both a "model" and a "checkpoint"; only one of them can be the teacher.',
    remedy: 'Remove "model" to load the checkpoint, or "checkpoint" to train the model.',
  },
  {
    title: 'more peers than are asked for',
    changes: { strategy: { kind: 'online', peers: 2, peerModels: Array(2).fill(smallest.student.model) } },
    code: 'contradiction',
    message: 'There are more peerModels than peers beside the student.',
    remedy: 'Raise "peers", or take some away.',
  },
  {
    title: 'a mistake inside a list of variants',
    changes: { strategy: { kind: 'combined', terms: [{ kind: 'response', temprature: 2 }] } },
    code: 'unknown-key',
    message: 'strategy.terms[0] of kind "response" has no option "temprature".',
    remedy: 'Did you mean "temperature"?',
    fixed: { kind: 'response', temperature: 2 },
  },
];

for (const { title, changes, code, message, remedy, fixed } of cases)
  test(`message: ${title}`, () => {
    const text = JSON.stringify({ ...smallest, ...changes }, null, 2);
    const problem = onlyProblem(parseExperiment(text).problems);
    assert.deepEqual(
      { code: problem.code, message: problem.message, remedy: problem.remedy, severity: problem.severity },
      { code, message, remedy, severity: 'error' },
    );
    assert.equal('fix' in problem && problem.fix !== undefined, fixed !== undefined);
    if (problem.fix === undefined) return;
    const after: unknown = JSON.parse(edited(text, fixEdits(text, problem.fix)));
    const path = code === 'unknown-key' ? problem.path.slice(0, -1) : problem.path;
    assert.deepEqual(valueAt(after, path), fixed);
    if (title !== 'an unknown variant near a known one')
      assert.deepEqual(parseExperiment(JSON.stringify(after)).problems, []);
  });

test('every missing section is named with what it is', () => {
  const { problems } = parseExperiment('{}');
  assert.deepEqual(
    problems.map(({ message }) => message),
    ['name', 'dataset', 'strategy', 'student'].map((key) => `The experiment has no "${key}".`),
  );
  assert.ok(
    problems[1]!.remedy!.startsWith(`Add "dataset": an object in braces with a "kind" of ${everyDataset}. `),
  );
});

test('a misspelled section is not called missing as well', () => {
  const { strategy, ...rest } = smallest;
  const problem = onlyProblem(parseExperiment(JSON.stringify({ ...rest, stratgy: strategy })).problems);
  assert.equal(problem.message, 'An experiment has no option "stratgy".');
  assert.equal(problem.remedy, 'Did you mean "strategy"?');
});

test('numbers beyond what a double holds are refused in words', () => {
  const text = JSON.stringify(smallest).replace('}}', '}},"training":{"learningRate":1e999}');
  assert.equal(
    onlyProblem(parseExperiment(text).problems).message,
    'training.learningRate must be a number above 0 and at most 10, but is a number too large to be held.',
  );
});

test('a key named __proto__ is a key like any other', () => {
  const text = JSON.stringify(smallest).replace('{', '{"__proto__":{"polluted":true},');
  const problem = onlyProblem(parseExperiment(text).problems);
  assert.equal(problem.message, 'An experiment has no option "__proto__".');
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
});

test('no message is the schema library’s own', () => {
  const odd = [null, true, -1, 0.5, 'x', [], {}, [null], { kind: null }, { model: 1 }];
  for (const key of [...Object.keys(smallest), 'training', 'teacher', 'seeds', 'device'])
    for (const value of odd)
      for (const { message, remedy } of problemsOf({ [key]: value })) {
        assert.doesNotMatch(message, /invalid|expected|received|unrecognized/i);
        assert.ok(remedy !== undefined && remedy.length > 0, message);
      }
});
