import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { tellingLabels } from '../../src/compare/telling-labels.ts';

const within = (signs: number) => (text: string) => [...text].length <= signs;
const cut = (labels: readonly string[], signs: number) => {
  const telling = tellingLabels(labels);
  return labels.map((label) => telling(label, within(signs)));
};

const ensemble = 'CIFAR-10 vision transformer, from an ensemble';
const swept = [
  `${ensemble}, temperature 2, epochs 30`,
  `${ensemble}, temperature 4, epochs 30`,
  `${ensemble}, temperature 4, epochs 90`,
  ensemble,
  'MNIST, labels alone',
];

test('a name keeps what tells it from others, wherever it stands, and as much else as there is room for', () => {
  assert.deepEqual(cut(swept, 100), swept);
  assert.deepEqual(cut(swept, 24), [
    'CIFAR-10…temperature 2…',
    'CIFAR-10…T 4, epochs 30',
    'CIFAR-10…T 4, epochs 90',
    'CIFAR-10 vision…',
    'MNIST, labels alone',
  ]);
  assert.deepEqual(cut(swept, 17).slice(0, 3), ['CIFAR-10…T 2…', 'CIFAR-10…4, 30', 'CIFAR-10…4, 90']);
  assert.deepEqual(cut(swept, 8).slice(1, 3), ['…4, 30', '…4, 90']);
});

test('values of which one begins like another are told apart whole, and so are words joined by signs', () => {
  const answers = (temperature: number, rate: string) =>
    `MNIST, from the teacher’s answers (temperature ${temperature}, learningRate ${rate})`;
  assert.deepEqual(cut([answers(2, '0.01'), answers(20, '0.01'), answers(2, '1e-4')], 18), [
    '…(T 2, lr 0.01)',
    '…(temperature 20…',
    '…(T 2, lr 1e-4)',
  ]);
  assert.deepEqual(cut(['cifar_resnet_distilled_t4', 'cifar_resnet_distilled_t8'], 14), [
    '…distilled_t4',
    '…distilled_t8',
  ]);
  assert.deepEqual(cut(['vit-small-patch16-224 teacher', 'vit-small-patch16-384 teacher'], 18), [
    'vit…patch16-224…',
    'vit…patch16-384…',
  ]);
});

test('a name that stands alone, or whose only word is too long, shows its two ends', () => {
  assert.deepEqual(cut(['The students of a very large teacher'], 17), ['The studen…eacher']);
  assert.deepEqual(cut([`${'a'.repeat(40)}1`, `${'a'.repeat(40)}2`], 9), ['aaaaa…aa1', 'aaaaa…aa2']);
});

test('whatever the names are, each fits; those that a sweep makes never read the same', () => {
  const setting = fc.tuple(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 1, max: 99 }));
  const sweep = fc.uniqueArray(setting, { minLength: 2, maxLength: 20, selector: String });
  fc.assert(
    fc.property(sweep, fc.integer({ min: 10, max: 40 }), (settings, signs) => {
      const texts = cut(
        settings.map(([one, other]) => `${ensemble}, temperature ${one}, epochs ${other}`),
        signs,
      );
      assert.equal(new Set(texts).size, settings.length, texts.join(' | '));
      for (const text of texts) assert.ok(within(signs)(text), text);
    }),
  );
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), fc.integer({ min: 4, max: 40 }), (labels, signs) => {
      for (const text of cut(labels, signs)) assert.ok(within(signs)(text), text);
    }),
  );
});
