import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../src/base/user-error.ts';
import { checkExperiment, checkResolved } from '../../src/checks/check.ts';
import { requireSound } from '../../src/checks/sound.ts';
import { edited, fixEdits } from '../../src/experiment/editing/edit.ts';
import { parseExperiment } from '../../src/experiment/parsing/parse.ts';
import { check, datasetFolder, told, writeFiles } from './support.ts';

const folder = await datasetFolder();
const mlp = (...hidden: number[]) => ({ architecture: 'mlp', hidden });
const cnn = (...channels: number[]) => ({ architecture: 'cnn', channels });
const teacher = { model: mlp(8, 8) };
const decoder = { architecture: 'gpt2', hiddenSize: 8, layers: 1, heads: 2 };

interface Case {
  readonly title: string;
  readonly changes?: Record<string, unknown>;
  readonly options?: Record<string, unknown>;
  readonly expected: readonly [
    severity: 'error' | 'warning',
    code: string,
    path: string,
    message: string,
    remedy: string,
  ];
  /** Value of the fix; 'removed' where it removes. */
  readonly fix?: unknown;
}

const cases: Case[] = [
  {
    title: 'a subset larger than the training set',
    options: { labelledSubset: 100 },
    expected: [
      'error',
      'samples',
      'dataset.labelledSubset',
      'labelledSubset is 100, but only 54 training samples are left after limits and the held-out split.',
      'Set labelledSubset to at most 54, or leave it out to train on all of them.',
    ],
    fix: 54,
  },
  {
    title: 'a subset smaller than the number of classes',
    options: { labelledSubset: 2 },
    expected: [
      'error',
      'samples',
      'dataset.labelledSubset',
      'labelledSubset is 2, but there are 3 classes to learn.',
      'Set labelledSubset to at least 3, one sample per class.',
    ],
    fix: 3,
  },
  {
    title: 'a training limit below the number of classes',
    options: { trainLimit: 2 },
    expected: [
      'error',
      'samples',
      'dataset.trainLimit',
      'trainLimit is 2, but there are 3 classes to learn.',
      'Set trainLimit to at least 3, one sample per class.',
    ],
  },
  {
    title: 'a held-out fraction that holds nothing out',
    options: { validation: 0.001 },
    expected: [
      'warning',
      'validation-empty',
      'dataset.validation',
      'dataset.validation holds out none of 60 training samples, so the last epoch is kept as the best.',
      'Raise it, or set it to 0 if that is what you want.',
    ],
  },
  {
    title: 'early stopping without held-out samples',
    options: { validation: 0 },
    changes: { training: { earlyStopping: { patience: 2 } } },
    expected: [
      'error',
      'early-stopping-blind',
      'training.earlyStopping',
      'Early stopping is judged on held-out samples, and dataset.validation holds none out.',
      'Set dataset.validation to 0.1, or earlyStopping to null.',
    ],
    fix: 0.1,
  },
  {
    title: 'a batch larger than the subset',
    options: { labelledSubset: 30 },
    expected: [
      'warning',
      'batch-too-large',
      'training.batchSize',
      'batchSize is 32, but the student trains on 30 samples: every epoch is one batch, filled up with samples that do not count.',
      'Set batchSize to 30 or less.',
    ],
    fix: 30,
  },
  {
    title: 'more accumulation than batches',
    changes: { training: { accumulation: 4 } },
    expected: [
      'warning',
      'batch-too-large',
      'training.accumulation',
      'accumulation is 4, but an epoch of the student has 2 batches.',
      'Set accumulation to 2 or less.',
    ],
    fix: 2,
  },
  {
    title: 'a teacher’s batch larger than the training set',
    changes: { teacher: { ...teacher, training: { batchSize: 64 } } },
    expected: [
      'warning',
      'batch-too-large',
      'teacher.training.batchSize',
      'batchSize is 64, but the teacher trains on 54 samples: every epoch is one batch, filled up with samples that do not count.',
      'Set batchSize to 54 or less.',
    ],
    fix: 54,
  },
  {
    title: 'more stages than the images can be halved',
    changes: { student: { model: cnn(2, 2, 2, 2) } },
    expected: [
      'error',
      'too-many-stages',
      'student.model.channels',
      'A cnn of 4 stages halves images of 8 × 8 pixels until nothing is left.',
      'Name at most 3 stages in "channels".',
    ],
    fix: [2, 2, 2],
  },
  {
    title: 'a student larger than its teacher',
    changes: { student: { model: mlp(64) }, teacher },
    expected: [
      'warning',
      'student-larger',
      'student.model',
      'The student has 4,355 parameters, more than the teacher’s 619.',
      'Make the student smaller; distillation is to end with a model that costs less.',
    ],
  },
  {
    title: 'a strategy without the teacher it needs',
    changes: { strategy: { kind: 'response' } },
    expected: [
      'error',
      'teacher-missing',
      'strategy.kind',
      'Strategy "response" needs a teacher, and the experiment has none.',
      'Add a "teacher" with a "model" or a "checkpoint", or use strategy "direct", "self" or "online".',
    ],
  },
  {
    title: 'sequence distillation of images',
    changes: { strategy: { kind: 'sequence' }, teacher },
    expected: [
      'error',
      'sequence-of-images',
      'strategy.kind',
      'Sequence distillation is for language models, and the dataset has images.',
      'Use "response" for images.',
    ],
  },
  {
    title: 'texts written by a classifier of images',
    changes: { strategy: { kind: 'generated' }, teacher },
    expected: [
      'error',
      'sequence-of-images',
      'strategy.kind',
      'Generated text is for language models, and the dataset has images.',
      'Use "response" for images.',
    ],
  },
  {
    title: 'a prompt that leaves nothing to write',
    changes: {
      dataset: { kind: 'moby-dick', length: 32 },
      teacher: { model: decoder },
      student: { model: decoder },
      strategy: { kind: 'generated', promptLength: 32 },
    },
    expected: [
      'error',
      'prompt-length',
      'strategy.promptLength',
      'A prompt of 32 tokens leaves the teacher nothing to write: samples have 32 tokens.',
      'Set "promptLength" below 32, 8 for example, or raise "length" of the dataset.',
    ],
  },
  {
    title: 'ways of drawing where nothing is drawn',
    changes: {
      dataset: { kind: 'moby-dick', length: 32 },
      teacher: { model: decoder },
      student: { model: decoder },
      strategy: { kind: 'generated', temperature: 0, topP: 0.5 },
    },
    expected: [
      'warning',
      'unused-option',
      'strategy.topP',
      '"topP" does nothing here: temperature 0 always takes the most probable token.',
      'Remove it.',
    ],
    fix: 'removed',
  },
  {
    title: 'a layer past the last',
    changes: { strategy: { kind: 'feature', layers: [{ student: 1, teacher: 3 }] }, teacher },
    expected: [
      'error',
      'layers',
      'strategy.layers',
      'Layer 3 of the teacher is not there: its last layer is 2.',
      'Name a layer from 0 (the embedding or input) to 2.',
    ],
  },
  {
    title: 'self-distillation of a single layer',
    changes: { strategy: { kind: 'self' } },
    expected: [
      'error',
      'layers',
      'strategy',
      'Self-distillation needs a layer before the last, and the student has only one.',
      'Give the student two layers or more, or take another strategy.',
    ],
  },
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
];

for (const { title, changes, options, expected, fix } of cases)
  test(`check: ${title}`, async () => {
    const problems = await check(folder, changes, options);
    const [severity, code, path, message, remedy] = expected;
    assert.deepEqual(told(problems), [{ severity, code, path, message, remedy }]);
    const found = problems[0]!.fix;
    if (fix === 'removed') assert.ok(found && 'remove' in found);
    else assert.deepEqual(found && 'value' in found ? found.value : undefined, fix);
  });

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
  const examples = join(import.meta.dirname, '../../examples');
  for (const name of readdirSync(examples)) {
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
