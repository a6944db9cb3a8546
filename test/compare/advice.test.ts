import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ComparedRun } from '../../src/compare/compared-run.ts';
import { compareRuns } from '../../src/compare/figures.ts';
import { response, seeds } from './some-runs.ts';

const rules = (runs: readonly ComparedRun[]) => compareRuns(runs).advice.map((advice) => advice.rule);
const gain = (difference: number, config = {}) => [
  ...seeds([0.9, 0.91, 0.92], { config }),
  ...seeds([0.9 + difference, 0.911 + difference, 0.919 + difference], { strategy: response, config }),
];

test('a gain on a labelled subset is put down to few labels, one on all labels is not', () => {
  assert.ok(rules(gain(0.03)).includes('few-labels'));
  const all = rules(gain(0.03, { dataset: { kind: 'mnist' } }));
  assert.ok(all.includes('distillation-pays') && !all.includes('few-labels'));
});

test('a loss advises to train directly', () => {
  assert.ok(rules(gain(-0.03)).includes('train-directly'));
});

test('an open verdict advises more seeds, and how many', () => {
  const { advice } = compareRuns([
    ...seeds([0.9, 0.9, 0.9]),
    ...seeds([0.92, 0.904, 0.912], { strategy: response }),
  ]);
  const more = advice.find((piece) => piece.rule === 'more-seeds')!;
  // The differences 0.020, 0.004, 0.012 have mean 0.012 and deviation 0.008: t(0.975, 4)·0.008/√5 = 0.0099 < 0.012,
  // and t(0.975, 3)·0.008/√4 = 0.0127 is not.
  assert.match(more.text, /about 5 seeds/);
});

test('no baseline advises direct training', () => {
  assert.ok(rules(seeds([0.9, 0.91], { strategy: response })).includes('no-yardstick'));
});

test('size: hardly smaller, fit for the edge, or too small', () => {
  const sized = (bytes: number, accuracy: number) =>
    rules(seeds([accuracy, accuracy], { strategy: response, student: { bytes } }));
  assert.ok(sized(9_000_000, 0.98).includes('hardly-smaller'));
  assert.ok(sized(900_000, 0.98).includes('edge'));
  assert.ok(sized(900_000, 0.8).includes('student-too-small'));
});

test('speed: smaller but no faster is told', () => {
  const timed = (latencyMs: number) => rules(seeds([0.98], { strategy: response, student: { latencyMs } }));
  assert.ok(timed(1.4).includes('smaller-not-faster'));
  assert.ok(timed(0.2).includes('latency'));
  assert.ok(!timed(Number.NaN).some((rule) => ['latency', 'smaller-not-faster'].includes(rule)));
});

test('a directly trained student close to the teacher makes distillation superfluous', () => {
  assert.ok(rules(seeds([0.984, 0.983])).includes('labels-suffice'));
});

test('quantizing is advised until it was tried; where it suffices, that is said', () => {
  assert.ok(rules(gain(0.03)).includes('try-quantization'));
  const quantized = seeds([0.98], { experiment: 'int8', student: { bytes: 150_000 } }).map((run) => ({
    ...run,
    strategy: 'quantize',
  }));
  const tried = rules([...gain(0.03), ...quantized]);
  assert.ok(tried.includes('quantization-suffices'));
  assert.ok(!tried.includes('try-quantization'));
});

test('zeros that take as much space as before are no compression', () => {
  const sparse = seeds([0.98], { student: { bytes: 10_000_000 } }).map((run) => ({
    ...run,
    strategy: 'prune',
  }));
  const found = rules(sparse);
  assert.ok(found.includes('zeros-take-space'), found.join());
  assert.ok(!found.includes('edge') && !found.includes('hardly-smaller'));
});

test('every piece names the figures it rests on', () => {
  for (const piece of compareRuns(gain(0.03)).advice) {
    assert.ok(piece.evidence.length > 0, piece.rule);
    assert.ok(
      piece.evidence.every(({ value }) => /\d/.test(value)),
      piece.rule,
    );
    assert.ok(piece.about.length > 0, piece.rule);
  }
});

test('a rule that holds for several strategies is said once', () => {
  const { advice } = compareRuns([
    ...seeds([0.98], { strategy: response }),
    ...seeds([0.979], { strategy: { ...response, temperature: 9 } }),
  ]);
  const edge = advice.filter((piece) => piece.rule === 'edge');
  assert.equal(edge.length, 1);
  assert.equal(edge[0]!.subjects.length, 2);
});
