import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ComparedRun } from '../../src/compare/compared-run.ts';
import { compareRuns } from '../../src/compare/figures.ts';
import { renderHtml } from '../../src/compare/reports/html.ts';
import { renderMarkdown } from '../../src/compare/reports/markdown.ts';
import { renderTable } from '../../src/compare/reports/table.ts';
import type { RunData } from '../../src/worker/directory/events.ts';
import { response, seeds, someRun } from './some-runs.ts';

const samples = { train: 900, validation: 100, test: 200 };
const before: RunData = { content: 'a'.repeat(64), samples };
const after: RunData = { content: 'b'.repeat(64), samples: { ...samples, train: 400 } };

const direct = (data?: RunData) => seeds([0.55, 0.56, 0.54], { data });
const distilled = (data?: RunData) => seeds([0.93, 0.95, 0.94], { data, strategy: response });

test('runs that read other data under the same name are not judged against each other', () => {
  const [alike] = compareRuns([...direct(before), ...distilled(before)]).verdicts;
  assert.equal(alike!.outcome, 'BEATS');
  assert.deepEqual(alike!.notes, []);

  const comparison = compareRuns([...direct(before), ...distilled(after)]);
  const [verdict] = comparison.verdicts;
  assert.equal(verdict!.outcome, 'INCONCLUSIVE');
  assert.equal(verdict!.baseline, null);
  assert.deepEqual(verdict!.pairs, []);
  const said = /data \(as read\) bbbbbbbb, 400 training and 200 test samples against aaaaaaaa, 900 training/;
  assert.match(verdict!.reason, said);
  const flat = (text: string) => text.replaceAll('\\', '').replace(/\s+/g, ' ');
  for (const text of [renderTable(comparison), renderMarkdown(comparison), renderHtml(comparison)])
    assert.match(flat(text), said);
  // Among what differs as well, where no verdict is given at all.
  const onlyDirect = compareRuns([...direct(before), ...direct(after)]);
  assert.deepEqual(onlyDirect.differences, [
    {
      key: 'data (as read)',
      values: ['aaaaaaaa, 900 training and 200 test samples', 'bbbbbbbb, 400 training and 200 test samples'],
      texts: ['aaaaaaaa, 900 training and 200 test samples', 'bbbbbbbb, 400 training and 200 test samples'],
    },
  ]);
});

test('losses per token of other tokenizers are not judged against each other', () => {
  const with_ = (tokenizer: string) => ({ ...before, tokenizer });
  const [verdict] = compareRuns([...direct(with_('t1')), ...distilled(with_('t2'))]).verdicts;
  assert.equal(verdict!.outcome, 'INCONCLUSIVE');
  assert.match(verdict!.reason, /tokenizer \(as read\) t2 against t1/);
});

test('seeds of one experiment that read other data have no mean together', () => {
  const [first, second, third] = direct() as [ComparedRun, ComparedRun, ComparedRun];
  const { groups } = compareRuns([
    { ...first, data: before },
    { ...second, data: after },
    { ...third, data: before },
  ]);
  assert.deepEqual(
    groups.map(({ seeds, data, label }) => ({ seeds, data, label })),
    [
      { seeds: [0, 2], data: before, label: `${first.experiment} (data ${text('aaaaaaaa', 900)})` },
      { seeds: [1], data: after, label: `${first.experiment} (data ${text('bbbbbbbb', 400)})` },
    ],
  );
});

const text = (name: string, train: number) => `${name}, ${train} training and 200 test samples`;

test('a run that is still to read its data stays with its experiment', () => {
  const waiting = someRun({ seed: 3, state: 'queued', result: undefined });
  const { groups } = compareRuns([...direct(before), waiting]);
  assert.equal(groups.length, 1);
  assert.deepEqual(groups[0]!.allSeeds, [0, 1, 2, 3]);
  const two = compareRuns([...direct(before), ...direct(after), waiting]).groups;
  assert.deepEqual(
    two.map(({ allSeeds }) => allSeeds),
    [
      [0, 1, 2],
      [0, 1, 2, 3],
    ],
  );
});

test('runs of a version that did not record its data are judged, and that it is unknown is said', () => {
  const [old] = compareRuns([...direct(), ...distilled()]).verdicts;
  assert.deepEqual([old!.outcome, old!.notes], ['BEATS', []]);
  const [mixed] = compareRuns([...direct(), ...distilled(after)]).verdicts;
  assert.equal(mixed!.outcome, 'BEATS');
  assert.match(mixed!.notes.join(' '), /What data the directly trained runs read was not recorded/);
  // Where the same experiment read two sets, nothing tells which of them an old run read.
  const { groups } = compareRuns([...direct(), ...direct(before), ...direct(after)]);
  assert.deepEqual(
    groups.map(({ data }) => data),
    [null, before, after],
  );
});
