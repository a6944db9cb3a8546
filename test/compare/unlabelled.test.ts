import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareRuns } from '../../src/compare/figures.ts';
import { renderTable } from '../../src/compare/reports/table.ts';
import type { ExperimentInput } from '../../src/experiment/schema/schema.ts';
import type { RunData } from '../../src/worker/directory/events.ts';
import { response, someRun } from './some-runs.ts';

const samples = { train: 200, validation: 20, test: 100 };
const subset = { kind: 'mnist', labelledSubset: 200 } as const;

/** Runs of three seeds. */
const three = (
  accuracies: readonly number[],
  strategy: ExperimentInput['strategy'],
  dataset: ExperimentInput['dataset'],
  unlabelled?: RunData['unlabelled'],
) =>
  accuracies.map((accuracy, seed) =>
    someRun({
      ...{ accuracy, seed, strategy, config: { dataset } },
      data: { content: 'digits', samples, ...(unlabelled && { unlabelled }) },
    }),
  );
const learned = {
  ...{ content: 'rest', samples: 4000, learned: 3000, perEpoch: 600, minConfidence: 0.9 },
  teacherSawLabels: true,
} as const;
const unlabelled = { share: 0.75, minConfidence: 0.9 };

test('a strategy that learns from unlabelled samples is judged by direct training on the labels alone, and says so', () => {
  const distilled = three([0.93, 0.942, 0.936], response, { ...subset, unlabelled }, learned);
  for (const direct of [
    three([0.9, 0.91, 0.905], { kind: 'direct' }, subset),
    three(
      [0.9, 0.91, 0.905],
      { kind: 'direct' },
      { ...subset, unlabelled },
      { content: 'rest', samples: 4000, learned: 0 },
    ),
  ]) {
    const comparison = compareRuns([...distilled, ...direct]);
    assert.equal(comparison.sections.length, 1);
    assert.equal(comparison.teachers.length, 1);
    const [verdict] = comparison.verdicts;
    assert.equal(verdict?.outcome, 'BEATS');
    assert.deepEqual(verdict.notes, [
      'This strategy also learns from the teacher’s answers on 3,000 of 4,000 unlabelled samples, those of which the teacher is at least 90 % sure. Direct training has the labels alone: an epoch of it is 200 samples, one of this strategy 800, and so takes more steps.',
      'The teacher was trained with the labels of the unlabelled samples; only the student did without.',
    ]);
    const table = renderTable(comparison).replace(/\s+/g, ' ');
    assert.ok(
      verdict.notes.every((note) => table.includes(note)),
      table,
    );
  }
});

test('runs that learned from other unlabelled samples are no seeds of one experiment', () => {
  const [one, other] = three([0.93, 0.94], response, { ...subset, unlabelled }, learned);
  const changed = { ...other!, data: { ...other!.data!, unlabelled: { ...learned, content: 'others' } } };
  const { groups, sections, runs } = compareRuns([one!, changed]);
  assert.equal(groups.length, 2);
  assert.match(groups[0]!.label, /and 3,000 of 4,000 unlabelled samples, .*, rest\)/);
  assert.equal(sections.length, 1);
  assert.deepEqual(
    runs.map((run) => run.unlabelled),
    ['3,000 of 4,000', '3,000 of 4,000'],
  );
});
