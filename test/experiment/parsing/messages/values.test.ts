import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseExperiment } from '../../../../src/experiment/parsing/parse.ts';
import { onlyProblem, problemsOf, smallest } from '../../support.ts';
import { everyArchitecture, everyDataset, model, tellsOf, training } from './cases.ts';

tellsOf([
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
]);

test('numbers beyond what a double holds are refused in words', () => {
  const text = JSON.stringify(smallest).replace('}}', '}},"training":{"learningRate":1e999}');
  assert.equal(
    onlyProblem(parseExperiment(text).problems).message,
    'training.learningRate must be a number above 0 and at most 10, but is a number too large to be held.',
  );
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
