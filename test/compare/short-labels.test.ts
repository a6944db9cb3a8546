import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { curvesChart } from '../../src/compare/charts/curves-chart.ts';
import { lightTheme } from '../../src/compare/charts/drawing/chart-theme.ts';
import { shortLabels } from '../../src/compare/charts/drawing/short-labels.ts';
import { reliabilityChart } from '../../src/compare/charts/reliability-chart.ts';
import { retentionChart } from '../../src/compare/charts/retention-chart.ts';
import { formatConfigValue } from '../../src/compare/flat-config.ts';

const answers = (temperature: number, rate: number) =>
  `MNIST, from the teacher’s answers (temperature ${temperature}, learningRate ${rate})`;
const labels = [
  'Teacher, mlp 1200-1200',
  'MNIST, labels alone (learningRate 0.001)',
  answers(4, 0.001),
  answers(20, 0.001),
  answers(4, 0.002),
  'MNIST, answers only, no labels',
];

test('cut names lose what they share first, and keep the values that tell them apart', () => {
  assert.deepEqual(shortLabels(labels, 100), labels);
  assert.deepEqual(shortLabels(labels, 26, 26), [
    'Teacher, mlp 1200-1200',
    '…labels alone\n(learningRate 0.001)',
    '…from the teach…’s answers\n(T 4, lr 0.001)',
    '…from the teach…’s answers\n(T 20, lr 0.001)',
    '…from the teach…’s answers\n(T 4, lr 0.002)',
    '…answers only, no labels',
  ]);
  assert.deepEqual(shortLabels(labels, 28).slice(2, 5), [
    '…from the …nswers (4, 0.001)',
    '…from the…nswers (20, 0.001)',
    '…from the …nswers (4, 0.002)',
  ]);
});

test('a name that has its settings in it is cut to what tells it from the others, not numbered', () => {
  const swept = (temperature: number, epochs: number) =>
    `Answers of an ensemble of ten, temperature ${temperature}, epochs ${epochs}`;
  assert.deepEqual(shortLabels([swept(2, 30), swept(4, 30), swept(4, 90)], 22, 16), [
    'Answers…temperature 2…',
    'Answers…T 4, epochs 30',
    'Answers…T 4, epochs 90',
  ]);
});

test('no two different names read the same, and each fits', () => {
  const name = fc.constantFrom('MNIST, a', 'MNIST, b', 'Moby Dick', 'x'.repeat(80), `${'x'.repeat(80)}y`);
  const label = fc
    .tuple(name, fc.array(fc.integer({ min: 1, max: 1e7 }), { maxLength: 3 }))
    .map(([text, values]) =>
      values.length === 0 ? text : `${text} (${values.map((value) => `learningRate ${value}`).join(', ')})`,
    );
  const many = fc.uniqueArray(label, { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(
      many,
      fc.integer({ min: 16, max: 40 }),
      fc.option(fc.integer({ min: 12, max: 40 }), { nil: undefined }),
      (all, signs, settingSigns) => {
        const cut = shortLabels(all, signs, settingSigns);
        assert.equal(new Set(cut).size, all.length, cut.join(' | '));
        for (const text of cut) {
          const [first = '', ...others] = text.split('\n');
          assert.ok(others.length <= (settingSigns === undefined ? 0 : 1), text);
          assert.ok([...first].length <= signs, first);
          for (const line of others) assert.ok([...line].length <= settingSigns!, line);
        }
      },
    ),
  );
});

test('a legend names every curve, and every model', () => {
  const points = [{ x: 1, mean: 0.5 }];
  const curves = labels.map((label) => ({ label, strategy: 'response', points }));
  const ofCurves = curvesChart({ metric: 'm', percent: true, xLabel: 'epoch', curves }, lightTheme, {
    width: 400,
  });
  const bins = [{ count: 1, confidence: 0.5, accuracy: 0.5 }];
  const models = labels.map((label) => ({ label, strategy: 'response', bins }));
  const ofModels = reliabilityChart({ models }, lightTheme, { width: 400 });
  for (const { option } of [ofCurves, ofModels]) {
    const { data } = option.legend as { data: string[] };
    assert.equal(new Set(data).size, labels.length);
  }
});

test('a strategy has the same mark in every chart', () => {
  const group = { label: 'a', strategy: 'sequence', retention: { mean: 0.9, deviation: null } };
  const { option } = retentionChart([group as never], lightTheme, { width: 400 });
  const [, marks] = option.series as { data: { itemStyle: { color: string } }[] }[];
  assert.equal(marks!.data[0]!.itemStyle.color, 'transparent', 'hollow, as everywhere');
});

test('a number of a sweep is written as it was meant', () => {
  assert.equal(formatConfigValue(1e-3 * 9), '0.009');
  assert.equal(formatConfigValue(1e-12), '1e-12');
});
