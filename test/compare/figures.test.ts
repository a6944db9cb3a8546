import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareRuns } from '../../src/compare/figures.ts';
import { renderCsv } from '../../src/compare/reports/csv.ts';
import { renderTable } from '../../src/compare/reports/table.ts';
import { response, seeds, someRun, studentFigures, teacherFigures } from './some-runs.ts';

test('ratios are teacher over student, retention is student over teacher', () => {
  const [figures] = compareRuns([someRun({ accuracy: 0.8 })]).runs;
  assert.equal(figures!.compressionRatio, teacherFigures.bytes / studentFigures.bytes);
  assert.equal(figures!.retention, 0.8 / teacherFigures.accuracy!);
  assert.equal(figures!.speedup, teacherFigures.latencyMs! / studentFigures.latencyMs!);
  assert.equal(figures!.agreement, 0.93);
});

test('what is missing, NaN or infinite is unknown, and nothing is derived from it', () => {
  for (const bad of [null, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    const [figures] = compareRuns([
      someRun({ accuracy: bad, student: { latencyMs: bad }, agreement: bad }),
    ]).runs;
    assert.equal(figures!.student!.accuracy, null);
    assert.equal(figures!.retention, null);
    assert.equal(figures!.speedup, null);
    assert.equal(figures!.agreement, null);
    assert.equal(figures!.compressionRatio, teacherFigures.bytes / studentFigures.bytes);
  }
});

test('nothing is divided by zero', () => {
  const [figures] = compareRuns([
    someRun({ teacher: { accuracy: 0 }, student: { bytes: 0, latencyMs: 0 } }),
  ]).runs;
  assert.equal(figures!.retention, null);
  assert.equal(figures!.compressionRatio, null);
  assert.equal(figures!.speedup, null);
});

test('a run without a teacher, and one without a result, are listed', () => {
  const comparison = compareRuns([
    someRun({ teacher: null }),
    someRun({ result: undefined, state: 'queued' }),
  ]);
  assert.equal(comparison.runs[0]!.teacher, null);
  assert.equal(comparison.runs[0]!.retention, null);
  assert.equal(comparison.runs[1]!.student, null);
  assert.deepEqual(comparison.teachers, []);
});

test('seeds of one configuration are one group, with mean and sample standard deviation', () => {
  const { groups } = compareRuns([...seeds([0.9, 0.92, 0.97]), ...seeds([0.5], { strategy: response })]);
  assert.equal(groups.length, 2);
  const accuracy = groups[0]!.figures.accuracy!;
  assert.equal(accuracy.n, 3);
  assert.ok(Math.abs(accuracy.mean - 0.93) < 1e-12);
  // statistics.stdev([0.9, 0.92, 0.97])
  assert.ok(Math.abs(accuracy.deviation! - 0.03605551275463988) < 1e-12);
  assert.equal(groups[1]!.figures.accuracy!.deviation, null);
});

test('identical values have no deviation, whatever rounding does to their mean', () => {
  const { groups } = compareRuns(seeds([0.1, 0.1, 0.1]));
  assert.equal(groups[0]!.figures.accuracy!.deviation, 0);
});

test('a value that is not finite does not spoil the mean of the others', () => {
  const { groups } = compareRuns(seeds([0.9, Number.NaN, 0.8, Number.POSITIVE_INFINITY, null]));
  assert.equal(groups[0]!.figures.accuracy!.n, 2);
  assert.ok(Math.abs(groups[0]!.figures.accuracy!.mean - 0.85) < 1e-12);
});

test('one experiment run with two settings is two groups, told apart by what differs', () => {
  const { groups } = compareRuns([
    ...seeds([0.9], { strategy: response, experiment: 'digits' }),
    ...seeds([0.9], { strategy: { ...response, temperature: 20 }, experiment: 'digits' }),
  ]);
  assert.deepEqual(
    groups.map((group) => group.label),
    ['digits (temperature 4)', 'digits (temperature 20)'],
  );
});

test('settings that change no result do not part a group', () => {
  const { groups } = compareRuns([
    someRun({ seed: 0, experiment: 'digits', config: { description: 'first', cacheTeacherSignals: true } }),
    someRun({ seed: 1, experiment: 'digits', config: { description: 'second', cacheTeacherSignals: false } }),
  ]);
  assert.equal(groups.length, 1);
  assert.deepEqual(groups[0]!.seeds, [0, 1]);
});

test('differences name the keys that vary and no others', () => {
  const { differences } = compareRuns([
    ...seeds([0.9]),
    ...seeds([0.9], { strategy: response, config: { training: { epochs: 9 } } }),
  ]);
  assert.deepEqual(Object.fromEntries(differences.map(({ key, values }) => [key, values])), {
    'strategy.kind': ['direct', 'response'],
    'strategy.temperature': [undefined, 4],
    'strategy.alpha': [undefined, 0.7],
    'training.epochs': [5, 9],
  });
});

test('runs that name one teacher share its row', () => {
  const { teachers } = compareRuns([...seeds([0.9, 0.91]), ...seeds([0.92], { strategy: response })]);
  assert.equal(teachers.length, 1);
  assert.equal(teachers[0]!.label, 'Teacher, mlp 1200-1200');
  assert.equal(teachers[0]!.figures.accuracy!.n, 3);
});

test('a thousand runs are compared', () => {
  const runs = Array.from({ length: 1000 }, (_, index) =>
    someRun({
      seed: index % 5,
      accuracy: 0.8 + (index % 7) / 100,
      strategy: index < 5 ? { kind: 'direct' } : { ...response, temperature: 1 + Math.floor(index / 5) / 10 },
      experiment: index < 5 ? 'direct' : 'sweep',
    }),
  );
  const comparison = compareRuns(runs);
  assert.equal(comparison.runs.length, 1000);
  assert.equal(comparison.groups.length, 200);
  assert.equal(comparison.verdicts.length, 199);
  assert.ok(comparison.verdicts.every((verdict) => verdict.pairs.length === 5));
});

test('no runs give an empty comparison', () => {
  const comparison = compareRuns([]);
  assert.deepEqual(comparison.groups, []);
  assert.deepEqual(comparison.verdicts, []);
  assert.deepEqual(comparison.advice, []);
});

test('a teacher of other tokens is compared by bits per byte, and by nothing per token', () => {
  const doubts = ['other-tokens', 'across-tokenizers'].map((kind) => ({ kind, message: `about ${kind}` }));
  const of = (strategy: Parameters<typeof someRun>[0]) =>
    [4, 4.1, 4.2].map((loss, seed) => {
      const run = someRun({
        ...strategy,
        seed,
        doubts,
        agreement: null,
        student: { loss, perplexity: Math.exp(loss), bitsPerByte: loss / 2, accuracy: 0.2 },
        teacher: { loss: 6, perplexity: Math.exp(6), bitsPerByte: 1.5, accuracy: 0.4 },
      });
      return { ...run, result: { ...run.result!, otherTokens: true as const } };
    });
  const across = { kind: 'sequence', across: 'gold' } as const;
  const comparison = compareRuns([...of({}), ...of({ strategy: across as never })]);
  const [teacher] = comparison.teachers;
  for (const figure of ['accuracy', 'loss', 'perplexity', 'calibrationError'] as const)
    assert.equal(teacher!.figures[figure], null, figure);
  assert.equal(teacher!.figures.bitsPerByte!.mean, 1.5);
  assert.ok(comparison.runs.every(({ retention, agreement }) => retention === null && agreement === null));
  assert.ok(Math.abs(comparison.groups[0]!.figures.bitsPerByte!.mean - 2.05) < 1e-9);
  // Student against student stays as it is; a teacher without accuracy is not broken.
  const { notes } = comparison.verdicts[0]!;
  assert.ok(!notes.some((note) => /in doubt/.test(note)), notes.join());
  assert.ok(!comparison.advice.some(({ rule }) => rule === 'broken-teacher'));
  const table = renderTable(comparison, { width: 200 });
  assert.match(table, /Bits per byte|bits per byte/);
  assert.match(table, /about other-tokens/);
  assert.match(renderCsv(comparison), /teacher\.bitsPerByte/);
});
