import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classCharts, leftOutOfClassCharts } from '../../src/compare/charts/class-charts.ts';
import { lightTheme } from '../../src/compare/charts/drawing/chart-theme.ts';
import { compareRuns } from '../../src/compare/figures.ts';
import { renderHtml } from '../../src/compare/reports/html.ts';
import { renderMarkdown } from '../../src/compare/reports/markdown.ts';
import { renderTable } from '../../src/compare/reports/table.ts';
import { response, seeds } from './some-runs.ts';

const matrix = (classes: number) =>
  Array.from({ length: classes }, (_, label) =>
    Array.from({ length: classes }, (_, at) => Number(at === label)),
  );

/** Direct training and strategies that gain 2 pp, lose 2 pp and do either, in turns. */
function comparisonOf(strategies: number, classes = 2) {
  const student = { confusion: matrix(classes) };
  return compareRuns([
    ...seeds([0.9, 0.9], { student }),
    ...Array.from({ length: strategies }, (_, index) => {
      const gain = [0.02, -0.02, 0.02][index % 3]!;
      const other = index % 3 === 2 ? -0.02 : gain + 0.0002;
      const strategy = { ...response, temperature: index + 1 };
      return seeds([0.9 + gain, 0.9 + other], { strategy, student, experiment: `strategy ${index}` });
    }).flat(),
  ]);
}

const titles = (...given: Parameters<typeof classCharts>) =>
  classCharts(...given)
    .map((draw) => draw(lightTheme, { width: 500 }).title)
    .filter((title) => title.startsWith('Confusion'));

test('where confusion is not shown of all models, that is said', () => {
  const many = comparisonOf(9);
  assert.equal(titles(many).length, 6);
  assert.equal(leftOutOfClassCharts(many), 'Confusion is shown of the first 6 of 10 models.');
  assert.ok(renderHtml(many).includes('Confusion is shown of the first 6 of 10 models.'));
  assert.equal(titles(many, Number.POSITIVE_INFINITY).length, 10);
  assert.equal(leftOutOfClassCharts(comparisonOf(5)), '');
  const large = comparisonOf(1, 40);
  assert.deepEqual(titles(large), []);
  assert.match(leftOutOfClassCharts(large), /matrix of 40 classes could not be read/);
});

test('many verdicts are counted before they are told one by one, and stand after the table in a page', () => {
  const many = comparisonOf(9);
  const sum = '3 BEATS, 3 DOES NOT BEAT, 3 INCONCLUSIVE';
  assert.ok(renderTable(many).includes(`Verdicts: ${sum}\n`));
  assert.ok(renderMarkdown(many).includes(`### Verdicts\n\n${sum}.\n\n- `));
  const page = renderHtml(many);
  const at = (part: string) => {
    assert.ok(page.includes(part), part);
    return page.indexOf(part);
  };
  assert.ok(at('9 strategies: 3') < at('Teacher against student</h2>'));
  assert.ok(at('Teacher against student</h2>') < at('<section class="card verdict'));
  assert.equal(page.split('<details class="by-outcome">').length - 1, 3);
  assert.equal(page.split('<section class="card verdict').length - 1, 9);

  const few = renderHtml(comparisonOf(3));
  assert.ok(few.indexOf('<section class="card verdict') < few.indexOf('Teacher against student</h2>'));
  assert.doesNotMatch(renderTable(comparisonOf(3)), /Verdicts:/);
});
