import { decoder, mlp, teacher, tellsOf } from './cases.ts';

tellsOf([
  {
    title: 'alpha 0',
    changes: { strategy: { kind: 'response', alpha: 0 }, teacher },
    expected: [
      'warning',
      'loss-weights',
      'strategy.alpha',
      'The teacher’s terms weigh 0: the student learns from labels alone, as with strategy "direct".',
      'Raise the weight, or use strategy "direct", which needs no teacher.',
    ],
  },
  {
    title: 'alpha 1',
    changes: { strategy: { kind: 'response', alpha: 1 }, teacher },
    expected: [
      'warning',
      'loss-weights',
      'strategy.alpha',
      'The labels weigh 0: the student learns from the teacher alone, its mistakes included.',
      'Give the labels some weight, unless that is what you want to find out.',
    ],
  },
  {
    title: 'nothing that trains the classifier',
    changes: { strategy: { kind: 'feature', labelWeight: 0 }, teacher },
    expected: [
      'error',
      'loss-weights',
      'strategy.labelWeight',
      'Only hidden states are compared, so nothing trains the student’s classifier.',
      'Give the labels or the teacher’s answers a weight above 0.',
    ],
  },
  {
    title: 'a classifier that was copied from the teacher and is not trained',
    changes: {
      strategy: { kind: 'feature', labelWeight: 0 },
      teacher,
      student: { model: mlp(8), teacherLayers: [1] },
    },
    expected: [
      'warning',
      'loss-weights',
      'strategy.labelWeight',
      'Only hidden states are compared: the student’s classifier stays as it begins while the layers below it change.',
      'Give the labels or the teacher’s answers a weight above 0, unless that is what you want to find out.',
    ],
  },
  {
    title: 'layers of a teacher whose classifier does not fit',
    changes: {
      strategy: { kind: 'feature', labelWeight: 0 },
      teacher: { model: mlp(8, 6) },
      student: { model: mlp(8), teacherLayers: [1] },
    },
    expected: [
      'error',
      'loss-weights',
      'strategy.labelWeight',
      'Only hidden states are compared, so nothing trains the student’s classifier.',
      'Give the labels or the teacher’s answers a weight above 0.',
    ],
  },
  {
    title: 'tokens that are kept of a teacher whose hidden state is wider',
    changes: {
      dataset: { kind: 'moby-dick', length: 32 },
      teacher: { model: { architecture: 'gpt2', hiddenSize: 24, layers: 2, heads: 2 } },
      student: { model: decoder },
      strategy: { kind: 'sequence', topK: 11 },
    },
    expected: [
      'warning',
      'kept-tokens',
      'strategy.topK',
      'Of the teacher’s answers only the 11 most probable tokens are kept, and all others count as one. At temperature 2 a student learns less from them than from all answers.',
      'Set topK to null unless 24 numbers a token, the teacher’s last hidden state, are too many to keep: all answers follow from it.',
    ],
    fix: null,
  },
  {
    title: 'peers without labels',
    changes: { strategy: { kind: 'online', labelWeight: 0 } },
    expected: [
      'error',
      'loss-weights',
      'strategy.labelWeight',
      'The labels weigh 0, and peers that learn from each other alone learn nothing of the task.',
      'Give the labels a weight above 0.',
    ],
  },
  {
    title: 'exits that do not learn from the deepest',
    changes: { strategy: { kind: 'self', exits: 2, weight: 0 }, student: { model: mlp(8, 8) } },
    expected: [
      'warning',
      'loss-weights',
      'strategy.weight',
      'The weight is 0: every exit learns from labels alone.',
      'Raise the weight, or use strategy "direct".',
    ],
  },
  {
    title: 'no loss at all',
    changes: {
      strategy: { kind: 'combined', labelWeight: 0, terms: [{ kind: 'response', weight: 0 }] },
      teacher,
    },
    expected: [
      'error',
      'loss-weights',
      'strategy.labelWeight',
      'Every weight of the loss is 0: the student would learn nothing.',
      'Give at least one term a weight above 0.',
    ],
  },
  {
    title: 'a temperature below 1',
    changes: { strategy: { kind: 'response', temperature: 0.5 }, teacher },
    expected: [
      'warning',
      'temperature',
      'strategy.temperature',
      'A temperature of 0.5 makes the teacher’s answers sharper, hiding how it ranks the wrong classes.',
      'Values from 1 to 20 are usual.',
    ],
  },
  {
    title: 'a temperature beyond use',
    changes: { strategy: { kind: 'combined', terms: [{ kind: 'response', temperature: 80 }] }, teacher },
    expected: [
      'warning',
      'temperature',
      'strategy.terms.0.temperature',
      'A temperature of 80 makes all classes nearly equal, so that little of the teacher is left.',
      'Values from 1 to 20 are usual.',
    ],
  },
  {
    title: 'a seed twice',
    changes: { seeds: [1, 2, 1] },
    expected: [
      'error',
      'duplicate-seed',
      'seeds.2',
      'The seed 1 is listed twice; the second run would only repeat the first.',
      'Remove one, or write another number.',
    ],
    fix: 'removed',
  },
  {
    title: 'an option of another optimizer',
    changes: { training: { momentum: 0.9 } },
    expected: [
      'warning',
      'unused-option',
      'training.momentum',
      '"momentum" does nothing here: only the optimizer "sgd" uses it.',
      'Remove it.',
    ],
    fix: 'removed',
  },
  {
    title: 'images to be changed where there are only texts',
    changes: {
      dataset: { kind: 'spam-assassin' },
      student: { model: { architecture: 'bert', hiddenSize: 8, layers: 1, heads: 2 } },
      training: { augmentation: { shift: 2 } },
    },
    expected: [
      'warning',
      'unused-option',
      'training.augmentation',
      '"augmentation" does nothing here: only images are changed at random.',
      'Remove it.',
    ],
    fix: 'removed',
  },
  {
    title: 'an option of AdamW under SGD, of the teacher',
    changes: { teacher: { ...teacher, training: { optimizer: 'sgd', beta2: 0.99 } } },
    expected: [
      'warning',
      'unused-option',
      'teacher.training.beta2',
      '"beta2" does nothing here: only the optimizer "adamw" uses it.',
      'Remove it.',
    ],
    fix: 'removed',
  },
]);
