import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adviceText, adviceTitle } from '../../../src/compare/advice/advice.ts';
import { adviseBefore, type KnownBefore } from '../../../src/compare/advice/advice-before-run.ts';
import { response, seeds, someRun } from '../some-runs.ts';

const planned = (config = {}) =>
  someRun({ strategy: response, config: { seeds: [0, 1, 2], ...config } }).config;
const rules = (known: KnownBefore) => adviseBefore(known).map((advice) => advice.rule);

test('without a directly trained student of the same kind, one is asked for', () => {
  assert.deepEqual(rules({ experiment: planned() }), ['no-yardstick']);
  assert.deepEqual(rules({ experiment: planned(), earlier: seeds([0.9, 0.9]) }), []);
  const other = seeds([0.9], { config: { training: { epochs: 99 } } });
  assert.deepEqual(rules({ experiment: planned(), earlier: other }), ['no-yardstick']);
});

test('a directly trained student that already keeps almost everything is told', () => {
  assert.deepEqual(rules({ experiment: planned(), earlier: seeds([0.984, 0.983]) }), ['labels-suffice']);
});

test('a teacher that is known to be worse than the same student trained directly is told of', () => {
  const teacher = { accuracy: 0.9 };
  const direct = seeds([0.95, 0.952], { teacher: null, config: { training: { epochs: 50 } } });
  const known = seeds([0.91], { strategy: response, teacher });
  const weak = (earlier: KnownBefore['earlier'], config = {}) =>
    adviseBefore({ experiment: planned(config), earlier: earlier! }).find(
      ({ rule }) => rule === 'weak-teacher',
    );
  const advice = weak([...direct, ...known])!;
  assert.equal(advice.tone, 'caution');
  assert.equal(advice.headline, 'the teacher is worse than direct training');
  assert.match(advice.text, /MNIST direct is ahead by 5\.10 pp without a teacher/);
  assert.deepEqual(
    advice.evidence.map(({ value }) => value.slice(0, 4)),
    ['90.0', '95.1'],
  );
  assert.equal(weak(direct), undefined, 'how good the teacher is was never measured');
  assert.equal(weak(known), undefined, 'nothing was trained directly');
  assert.equal(weak([...seeds([0.9005], { teacher: null }), ...known]), undefined, 'the same within a tenth');
  const apart = {
    'another teacher': { teacher: { model: { architecture: 'mlp' as const, hidden: [800] } } },
    'other data': { dataset: { kind: 'mnist' as const, labelledSubset: 500 } },
    'another student': { student: { model: { architecture: 'mlp' as const, hidden: [32] } } },
  };
  for (const [what, config] of Object.entries(apart))
    assert.equal(weak([...direct, ...known], config), undefined, what);
  // It measured its own teacher; what it kept of that is no reason to praise it.
  const both = seeds([0.95, 0.952], { teacher });
  assert.deepEqual(rules({ experiment: planned(), earlier: both }), ['weak-teacher']);
});

test('a teacher that earlier runs found to answer no better than chance is told of, whoever else was trained', () => {
  const doubts = [{ kind: 'teacher-quality', message: 'The teacher answers what chance would.' }];
  const earlier = seeds([0.91], { strategy: response, teacher: { accuracy: 0.1 }, doubts });
  const advice = adviseBefore({ experiment: planned(), earlier }).find(
    ({ rule }) => rule === 'broken-teacher',
  )!;
  assert.equal(advice.tone, 'caution');
  assert.equal(adviceTitle(advice), 'The teacher is broken');
  assert.match(
    adviceText(advice),
    /^The teacher is broken\. It answers no better than without looking.*10\.0/,
  );
  const another = { teacher: { model: { architecture: 'mlp' as const, hidden: [800] } } };
  assert.ok(!rules({ experiment: planned(another), earlier }).includes('broken-teacher'));
});

test('a language model is known to be worse by its loss', () => {
  const language = {
    dataset: { kind: 'moby-dick' as const },
    student: { model: { architecture: 'gpt2' as const } },
    strategy: { kind: 'sequence' as const },
  };
  const losses = (loss: number) => ({ loss, perplexity: Math.exp(loss) });
  const earlier = (teacherLoss: number) =>
    seeds([0.2, 0.2], {
      config: { ...language, strategy: { kind: 'direct' } },
      student: losses(5),
      teacher: { ...losses(teacherLoss), accuracy: 0.1 },
    });
  const named = (teacherLoss: number) =>
    rules({ experiment: planned(language), earlier: earlier(teacherLoss) }).includes('weak-teacher');
  assert.equal(named(5.2), true);
  assert.equal(named(4.8), false);
});

test('too few seeds, small savings, wide gaps and the number of labels', () => {
  const earlier = seeds([0.9, 0.9]);
  assert.deepEqual(rules({ experiment: planned({ seeds: [0] }), earlier }), ['few-seeds']);
  const sized = (teacherParameters: number, studentParameters: number) =>
    rules({ experiment: planned(), earlier, teacherParameters, studentParameters });
  assert.deepEqual(sized(1000, 500), ['quantization-first']);
  assert.deepEqual(sized(1000, 100), []);
  assert.deepEqual(sized(100_000, 100), ['large-gap']);
  const labelled = (trainSamples: number) =>
    rules({ experiment: planned(), earlier, trainSamples, classes: 10 });
  assert.deepEqual(labelled(1000), ['few-labels']);
  assert.deepEqual(labelled(10_000), []);
  assert.deepEqual(labelled(60_000), ['abundant-labels']);
});

test('direct training needs no advice on distillation', () => {
  assert.deepEqual(rules({ experiment: someRun().config }), []);
});

test('what a quantized teacher saves is told as it was measured', () => {
  const quantized = someRun({
    strategy: {
      kind: 'quantize',
      of: 'teacher',
      scheme: 'int8',
      groupSize: 32,
      calibrationSamples: 256,
      percentile: 99.99,
      keepEnds: false,
    },
    accuracy: 0.98,
    student: { bytes: 2_500_000 },
    teacher: { bytes: 10_000_000 },
  });
  const known = (studentParameters: number): KnownBefore => ({
    experiment: planned(),
    earlier: [...seeds([0.9, 0.9]), quantized],
    teacherParameters: 1000,
    studentParameters,
  });
  assert.deepEqual(rules(known(500)), ['quantization-saves-as-much']);
  assert.match(adviseBefore(known(500))[0]!.text, /4\.00× smaller, as measured/);
  assert.deepEqual(rules(known(100)), []);
  assert.deepEqual(rules({ experiment: quantized.config }), []);
});
