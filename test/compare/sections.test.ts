import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { comparisonCharts } from '../../src/compare/charts/comparison-charts.ts';
import { lightTheme } from '../../src/compare/charts/drawing/chart-theme.ts';
import type { ComparedRun } from '../../src/compare/compared-run.ts';
import { compareRuns } from '../../src/compare/figures.ts';
import { renderCsv } from '../../src/compare/reports/csv.ts';
import { renderHtml } from '../../src/compare/reports/html.ts';
import { renderJson } from '../../src/compare/reports/json.ts';
import { renderLatex } from '../../src/compare/reports/latex.ts';
import { renderMarkdown } from '../../src/compare/reports/markdown.ts';
import { renderTable } from '../../src/compare/reports/table.ts';
import { partsOf } from '../../src/compare/sections/parts.ts';
import { sectionTitle } from '../../src/compare/sections/sections.ts';
import type { ExperimentInput } from '../../src/experiment/schema/schema.ts';
import { response, seeds, someRun } from './some-runs.ts';

const novel = (losses: readonly number[], strategy: ExperimentInput['strategy']): ComparedRun[] =>
  losses.map((loss, seed) =>
    someRun({
      ...{ seed, strategy, accuracy: 0.3, experiment: `Novel ${strategy.kind}` },
      student: { loss, perplexity: Math.exp(loss) },
      teacher: { loss: 3, perplexity: Math.exp(3), accuracy: 0.4 },
      config: {
        dataset: { kind: 'moby-dick' },
        teacher: { model: { architecture: 'gpt2', hiddenSize: 128, layers: 4, heads: 4 } },
        student: { model: { architecture: 'gpt2', hiddenSize: 64, layers: 2, heads: 2 } },
      },
    }),
  );
const digits = [...seeds([0.9, 0.91, 0.905]), ...seeds([0.92, 0.932, 0.925], { strategy: response })];
const both = compareRuns([
  ...digits,
  ...novel([5, 5.1, 5.05], { kind: 'direct' }),
  ...novel([4.9, 5.0, 4.94], { kind: 'sequence' }),
]);
const titles = (comparison: typeof both) => comparison.sections.map(sectionTitle);

test('runs on different data and tasks form sections, each judged and advised upon by itself', () => {
  assert.deepEqual(titles(both), ['MNIST, image classification', 'Moby Dick, language modeling']);
  const [mnist, moby] = partsOf(both);
  for (const part of [mnist!, moby!]) {
    const keys = [...part.groups, ...part.teachers].map(({ key }) => key);
    assert.equal(part.groups.length, 2);
    assert.equal(part.teachers.length, 1);
    assert.equal(part.runs.length, 6);
    assert.equal(part.verdicts.length, 1);
    assert.ok(keys.includes(part.verdicts[0]!.group) && keys.includes(part.verdicts[0]!.baseline!));
    assert.ok(part.advice.length > 0);
    for (const { about, evidence } of part.advice)
      for (const key of [...about, ...evidence.map(({ of }) => of)]) assert.ok(keys.includes(key), key);
    assert.ok(part.differences.every(({ key }) => key.startsWith('strategy.')));
  }
  assert.deepEqual([mnist!.verdicts[0]!.metric, moby!.verdicts[0]!.metric], ['accuracy', 'loss']);
  const whole = (key: 'advice' | 'verdicts' | 'runs') => mnist![key].length + moby![key].length;
  for (const key of ['advice', 'verdicts', 'runs'] as const) assert.equal(whole(key), both[key].length);
});

test('a strategy is not held against direct training on other data, not even to say how they differ', () => {
  const [verdict] = compareRuns([...seeds([0.9, 0.91]), ...novel([4.9, 5], { kind: 'sequence' })]).verdicts;
  assert.equal(verdict!.baseline, null);
  assert.match(verdict!.reason, /^No directly trained student on this data/);
});

test('each section has charts with axes of its own', () => {
  const drawn = partsOf(both).map((part) =>
    comparisonCharts(part).map((draw) => draw(lightTheme, { width: 500 })),
  );
  const titlesOf = (index: number) => drawn[index]!.map(({ title }) => title).join('\n');
  assert.match(titlesOf(0), /Accuracy by strategy/);
  assert.doesNotMatch(titlesOf(0), /Perplexity/);
  assert.match(titlesOf(1), /Perplexity by strategy/);
  for (const [index, charts] of drawn.entries())
    for (const { rows } of charts)
      assert.ok(rows.every(([label]) => !label!.startsWith(index === 0 ? 'Novel' : 'MNIST')));
});

test('every report has a section for each data', () => {
  const order = (text: string, ...wanted: readonly (string | RegExp)[]) => {
    let from = 0;
    for (const part of wanted) {
      const found =
        typeof part === 'string' ? text.indexOf(part, from) : text.slice(from).search(part) + from;
      assert.ok(found >= from, `${part}\n${text}`);
      from = found + 1;
    }
  };
  order(
    renderMarkdown(both),
    '## MNIST, image classification\n\n| Model |',
    'MNIST response: BEATS',
    '## Moby Dick, language modeling\n\n| Model |',
    'Novel sequence: BEATS',
  );
  assert.equal(renderMarkdown(both).split('Each verdict compares').length - 1, 1);
  order(
    renderTable(both),
    'MNIST, image classification\n═',
    'MNIST response: BEATS',
    'Moby Dick, language modeling\n═',
    'Novel sequence: BEATS',
  );
  order(
    renderLatex(both),
    '\\caption{MNIST, image classification.',
    'difference in accuracy',
    '\\caption{Moby Dick, language modeling.',
    'gain in loss per token',
  );
  assert.equal(renderLatex(both).split('\\begin{table}').length - 1, 2);
  const page = renderHtml(both);
  order(page, /part-title">.*MNIST/, '<h3>Teacher against student', /part-title">.*Moby Dick/, '<h3>Teacher');
  assert.equal(page.match(/id="c\d+-title"/g)!.length, new Set(page.match(/id="c\d+-title"/g)).size);
  const json = JSON.parse(renderJson(both)) as { data: string; task: string }[];
  const csv = parse(renderCsv(both), { columns: true }) as { data: string; task: string }[];
  for (const rows of [json, csv]) {
    assert.deepEqual([rows[0]!.data, rows[0]!.task], ['MNIST', 'image classification']);
    assert.deepEqual([rows[6]!.data, rows[6]!.task], ['Moby Dick', 'language modeling']);
  }
});

test('how much is learned from the data does not part it; what it is tested on does', () => {
  const on = (dataset: object) => seeds([0.9], { config: { dataset: { kind: 'mnist', ...dataset } } });
  const same = compareRuns([...on({}), ...on({ labelledSubset: 500 }), ...on({ trainLimit: 900, mean: 0 })]);
  assert.deepEqual(titles(same), ['MNIST, image classification']);
  assert.equal(partsOf(same)[0], same);
  const other = compareRuns([...on({}), ...on({ testLimit: 500 })]);
  assert.deepEqual(titles(other), [
    'MNIST (all test samples), image classification',
    'MNIST (500 test samples, splitSeed 0), image classification',
  ]);
});

test('data of one name in two folders, and other data in the same file, are told apart', () => {
  const texts = { dataset: { kind: 'text-classification', train: 'mails.csv' } } as const;
  const student = { model: { architecture: 'bert', hiddenSize: 32, layers: 1, heads: 2 } } as const;
  const config = { ...texts, student, teacher: student };
  const one = seeds([0.9], { config, file: '/home/a/x.distill.json' });
  const two = seeds([0.9], { config, file: '/home/b/x.distill.json' });
  assert.deepEqual(titles(compareRuns([...one, ...two])), [
    'mails.csv (in /home/a), text classification',
    'mails.csv (in /home/b), text classification',
  ]);
  const samples = { train: 90, validation: 10, test: 20 };
  const read = (content: string) => seeds([0.9], { config, data: { content, samples } });
  assert.deepEqual(titles(compareRuns([...read('a'.repeat(64)), ...read('b'.repeat(64))])), [
    'mails.csv (aaaaaaaa, 90 training and 20 test samples), text classification',
    'mails.csv (bbbbbbbb, 90 training and 20 test samples), text classification',
  ]);
});
