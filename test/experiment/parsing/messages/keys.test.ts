import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseExperiment } from '../../../../src/experiment/parsing/parse.ts';
import { onlyProblem, smallest } from '../../support.ts';
import { everyDataset, tellsOf, training } from './cases.ts';

tellsOf([
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
    title: 'a teacher of nothing',
    changes: { teacher: {} },
    code: 'missing',
    message: 'The teacher has neither a "model" nor a "checkpoint" nor a "server".',
    remedy:
      'Add a "model", which is trained first, the "checkpoint" folder of a trained one, or the "server" that answers for it.',
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
]);

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

test('a key named __proto__ is a key like any other', () => {
  const text = JSON.stringify(smallest).replace('{', '{"__proto__":{"polluted":true},');
  const problem = onlyProblem(parseExperiment(text).problems);
  assert.equal(problem.message, 'An experiment has no option "__proto__".');
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
});
