import { cnn, decoder, mlp, teacher, tellsOf } from './cases.ts';

tellsOf([
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
      'Give the student two layers or more, name values of an ONNX model as "layers", or take another strategy.',
    ],
  },
]);
