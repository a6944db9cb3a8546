import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { columnsFor } from '../../webview/overview/columns.ts';
import { suggestions } from '../../webview/overview/filter-completion.ts';
import { matches, parseQuery } from '../../webview/overview/filter-query.ts';
import type { FlatConfig, RunRow } from '../../webview/protocol/rows.ts';
import { sampleRuns, snapshotOf } from '../page/harness/sample-data.ts';

const { runs: rows, configs } = snapshotOf(
  sampleRuns({ count: 30, stateOf: (index) => (index % 10 === 9 ? 'failed' : 'completed') }),
);
const configOf = (row: RunRow): FlatConfig => configs[row.group]!;
const columns = columnsFor(rows, configOf);
const passing = (text: string) => {
  const query = parseQuery(text, columns);
  assert.deepEqual(query.problems, [], text);
  return rows.filter((row) => matches(query, row, configOf(row))).map(({ id }) => id);
};
const where = (test: (row: RunRow) => boolean) => rows.filter(test).map(({ id }) => id);
const accuracyOf = (row: RunRow) => row.figures.student?.accuracy ?? null;

test('runs are filtered by the value of a field', () => {
  const better = where((row) => accuracyOf(row)! > 0.91);
  assert.ok(better.length > 3 && better.length < 25);
  for (const text of ['accuracy > 0.91', 'accuracy>91%', 'Student > 91 %', 'accuracy > .91'])
    assert.deepEqual(passing(text), better, text);
  assert.deepEqual(
    passing('seed = 2'),
    where(({ seed }) => seed === 2),
  );
  assert.deepEqual(
    passing('seed=0,2'),
    where(({ seed }) => seed !== 1),
  );
  const warm = where((row) => configOf(row)['strategy.temperature'] === 4);
  assert.ok(warm.length > 0);
  for (const text of ['temperature = 4', 'strategy.temperature = 4', 'temperature <= 4'])
    assert.deepEqual(passing(text), warm, text);
  assert.deepEqual(
    passing('learningRate = 0.001'),
    where((row) => configOf(row)['training.learningRate'] === 0.001),
  );
  assert.deepEqual(passing('size < 300 kB accuracy != none').length, 27);
  assert.deepEqual(passing('size > 0.3 MB'), []);
  assert.deepEqual(passing('latency < 1 ms latency > 100 µs').length, 27);
});

test('a filter that is longer than anybody types is not read, and that is said', () => {
  const words = (count: number) => 'ab '.repeat(count).trimEnd();
  assert.equal(parseQuery(words(333), columns).words.length, 333);
  const long = parseQuery(`accuracy > 2 ${words(400)}`, columns);
  assert.deepEqual([long.words, long.without, long.conditions], [[], [], []]);
  assert.deepEqual(long.problems, [
    'This filter has 1,212 characters, and at most 1,000 are read: all runs are shown. Shorten it.',
  ]);
  assert.ok(rows.every((row) => matches(long, row, configOf(row))));
  const offered = (text: string) => suggestions(text, text.length, columns, rows, configOf).length;
  assert.ok(offered(`${words(300)} acc`) > 0);
  assert.equal(offered(`${words(400)} acc`), 0);
});

test('words, texts, tags, states and dates go together with values', () => {
  const both = where((row) => row.strategy === 'response' && row.seed === 1 && row.tags.includes('paper'));
  assert.deepEqual(passing('strategy = response seed = 1 tags = paper'), both);
  assert.deepEqual(
    passing('answers -only state != failed'),
    where(({ name, state }) => name.includes('answers') && !name.includes('only') && state !== 'failed'),
  );
  assert.deepEqual(
    passing('experiment = "MNIST, labels alone"'),
    where(({ experiment }) => experiment === 'MNIST, labels alone'),
  );
  assert.deepEqual(
    passing('name:labels -seed=0'),
    where(({ name, seed }) => name.includes('labels') && seed !== 0),
  );
  assert.deepEqual(
    passing('accuracy = none'),
    where((row) => accuracyOf(row) === null),
  );
  assert.deepEqual(passing('created > 2026-01-01').length, 30);
  assert.deepEqual(passing('created < 2026-01-01'), []);
  const shown = columns.find(({ key }) => key === 'accuracy')!.format(accuracyOf(rows[0]!));
  assert.ok(passing(`accuracy = "${shown}"`).includes(rows[0]!.id), 'a figure is found as it is shown');
  assert.deepEqual(passing('http://x').length, 0, 'a colon in a word is a colon');
});

test('what can’t be read is said plainly, and the rest counts nevertheless', () => {
  const problem = (text: string) => parseQuery(text, columns).problems.join(' ');
  assert.match(problem('acuracy > 0.9'), /no field “acuracy”.*Did you mean accuracy/);
  assert.match(problem('accuracy > 97'), /between 0 and 1: write 0.97 or 97 %/);
  assert.match(problem('accuracy >'), /What should accuracy be compared with\?.*accuracy > 0\.97/);
  assert.match(problem('accuracy > high'), /“high” is not a number/);
  assert.match(problem('strategy > response'), /strategy is text/);
  assert.match(problem('size < 3parsec'), /no unit “parsec”.*kb/);
  assert.match(problem('created > tomorrow'), /not a date/);
  const query = parseQuery('seed = 1 acuracy > 0.9', columns);
  const left = rows.filter((row) => matches(query, row, configOf(row)));
  assert.ok(left.length > 0 && left.every(({ seed }) => seed === 1));
});

test('whatever is typed, a filter is read and completed', () => {
  const typed = fc.oneof(
    fc.string(),
    fc
      .array(
        fc.constantFrom(
          'accuracy',
          '>',
          '=',
          ' ',
          '"',
          '-',
          'seed',
          ':',
          ',',
          '%',
          '4',
          'strategy',
          '.',
          '(',
          '\\',
        ),
      )
      .map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(typed, (text) => {
      const query = parseQuery(text, columns);
      for (const row of rows.slice(0, 3)) matches(query, row, configOf(row));
      for (const one of suggestions(text, text.length, columns, rows, configOf))
        assert.ok(one.text.length >= one.caret);
    }),
  );
});

test('fields and values are offered while one types', () => {
  const offered = (text: string) => suggestions(text, text.length, columns, rows, configOf);
  const temperature = offered('seed = 1 temp')[0]!;
  assert.equal(temperature.text, 'seed = 1 strategy.temperature = ');
  assert.equal(offered('accu')[0]!.text, 'accuracy > ');
  assert.deepEqual(
    offered('strategy = ').map(({ label }) => label),
    ['direct', 'feature', 'response'],
  );
  assert.equal(offered('experiment = mn')[0]!.text, 'experiment = "MNIST, answers only, no labels" ');
  assert.deepEqual(offered('0.97'), []);
});
