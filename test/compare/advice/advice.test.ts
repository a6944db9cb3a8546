import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ComparedRun } from '../../../src/compare/compared-run.ts';
import { compareRuns } from '../../../src/compare/figures.ts';
import { graphRefusal } from '../../../src/compression/graph-limits.ts';
import { strategySchema } from '../../../src/experiment/schema/strategy-schema.ts';
import { response, seeds } from '../some-runs.ts';

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

const small = { bytes: 90_000, latencyMs: 0.1 };
const good = (runs: readonly ComparedRun[]) =>
  compareRuns(runs)
    .advice.filter(({ tone }) => tone === 'good')
    .map(({ rule }) => rule);

for (const [what, change] of Object.entries<(run: ComparedRun) => ComparedRun>({
  'that the run said is at chance': (run) => ({
    ...run,
    doubts: [{ kind: 'teacher-quality', message: 'It is no better than chance.' }],
  }),
  'whose answers are NaN': (run) => ({
    ...run,
    result: { ...run.result!, teacher: { ...run.result!.teacher!, accuracy: null, loss: null } },
  }),
  'that an old run shows to be at chance': (run) => ({
    ...run,
    result: {
      ...run.result!,
      teacher: {
        ...run.result!.teacher!,
        accuracy: 0.5,
        confusion: [
          [0, 40],
          [0, 40],
        ],
      },
    },
  }),
}))
  test(`beside a teacher ${what}, no student is praised, and the teacher is spoken of`, () => {
    const runs = seeds([0.98, 0.981, 0.979], { strategy: response, student: small });
    assert.deepEqual(good(runs), ['edge', 'latency']);
    const beside = runs.map(change);
    assert.deepEqual(good(beside), []);
    const { advice } = compareRuns(beside);
    assert.deepEqual(
      advice.filter(({ rule }) => rule === 'broken-teacher').map(({ tone }) => tone),
      ['caution'],
    );
    const direct = seeds([0.95, 0.951, 0.949]).map(change);
    assert.deepEqual(good([...direct, ...beside]), [], 'not even for a gain over direct training');
  });

test('a teacher that is worse than direct training is named, and what students keep of it is no praise', () => {
  const teacher = { accuracy: 0.9 };
  const direct = seeds([0.95, 0.951, 0.949], { teacher });
  const runs = [...direct, ...seeds([0.93, 0.931, 0.929], { strategy: response, student: small, teacher })];
  assert.deepEqual(good(runs), []);
  const { advice, teachers } = compareRuns(runs);
  const weak = advice.find(({ rule }) => rule === 'weak-teacher')!;
  assert.match(weak.text, /MNIST direct is ahead by 5\.00 pp without a teacher/);
  assert.ok(weak.about.includes(teachers[0]!.key));
  // A gain that was measured over direct training stays one.
  const gaining = seeds([0.97, 0.9718, 0.9687], { strategy: response, student: small, teacher });
  assert.deepEqual(good([...direct, ...gaining]), ['few-labels']);
});

test('a language model is held against direct training by its loss', () => {
  const language = {
    dataset: { kind: 'moby-dick' as const },
    student: { model: { architecture: 'gpt2' as const } },
  };
  const losses = (loss: number) => ({ loss, perplexity: Math.exp(loss) });
  const runs = (teacherLoss: number) =>
    seeds([0.2, 0.2, 0.2], {
      config: language,
      student: losses(5),
      teacher: { ...losses(teacherLoss), accuracy: 0.1 },
    });
  const named = (teacherLoss: number) => rules(runs(teacherLoss)).includes('weak-teacher');
  assert.equal(named(5.2), true);
  assert.equal(named(4.8), false);
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

test('quantizing is advised only where the teacher can be quantized', () => {
  const withTeacher = (facts: object) =>
    gain(0.03).map((run) => ({
      ...run,
      result: run.result && { ...run.result, teacher: { ...run.result.teacher!, ...facts } },
    }));
  for (const [facts, config] of [
    [{ graph: true }, { architecture: 'onnx' }],
    [
      { graph: true, asIs: true },
      { architecture: 'onnx', asIs: 'it is quantized' },
    ],
  ] as const) {
    // What a run would refuse.
    const refused = graphRefusal(config as never, strategySchema.parse({ kind: 'quantize' }) as never);
    assert.equal(refused === undefined, !('asIs' in facts));
    assert.equal(rules(withTeacher(facts)).includes('try-quantization'), refused === undefined);
  }
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
