import { teacher, tellsOf } from './cases.ts';

tellsOf([
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
]);
