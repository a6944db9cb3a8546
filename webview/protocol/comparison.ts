import * as z from 'zod/mini';
import type { Advice, Evidence } from '../../src/compare/advice/advice.ts';
import type { ConfigDifference } from '../../src/compare/differences.ts';
import { figureKinds } from '../../src/compare/figures/figure-kinds.ts';
import type { Spread } from '../../src/compare/figures/spread.ts';
import type { Comparison } from '../../src/compare/figures.ts';
import type { CandidateSpread, GroupSamples, RunGroup } from '../../src/compare/groups.ts';
import type { ComparisonSection } from '../../src/compare/sections/sections.ts';
import type { ModelFigureKey, TeacherRow } from '../../src/compare/teachers.ts';
import type { SeedPair, Verdict } from '../../src/compare/verdicts/verdict.ts';
import { eachScore } from '../../src/experiment/tasks/scores.ts';
import { confusion, continuations, doubts, modelNumbers, reliability, runFigures } from './figures.ts';
import { eachOf, figure, number, oneOf, shapeOf, text, texts } from './schema.ts';

/** What compareRuns() of src/compare makes of runs, as far as the page shows it. */

type Difference = Pick<ConfigDifference, 'key' | 'texts'>;
export type ComparedGroup = Omit<RunGroup, 'config' | 'directory' | 'data'>;
export interface ComparedSection extends Omit<ComparisonSection, 'differences'> {
  readonly differences: readonly Difference[];
}
export interface ComparisonData
  extends Omit<Comparison, 'groups' | 'differences' | 'sections' | 'environments'> {
  readonly groups: readonly ComparedGroup[];
  readonly differences: readonly Difference[];
  readonly sections: readonly ComparedSection[];
}

const spread = z.nullable(
  shapeOf<Spread>({ n: number, mean: number, deviation: figure, lowest: number, highest: number }),
);
const differences = z.array(shapeOf<Difference>({ key: text, texts }));

const teacher = shapeOf<TeacherRow>({
  key: text,
  label: text,
  groups: texts,
  figures: eachOf(Object.keys(modelNumbers) as ModelFigureKey[], spread),
  confusion,
  reliability,
});

const group = shapeOf<ComparedGroup>({
  key: text,
  label: text,
  experiment: text,
  strategy: text,
  variant: number,
  runs: texts,
  counted: z.array(runFigures),
  seeds: z.array(number),
  allSeeds: z.array(number),
  deviceKinds: texts,
  candidates: z.array(
    shapeOf<CandidateSpread>({
      name: text,
      accuracy: spread,
      parameters: spread,
      bytes: spread,
      latencyMs: spread,
    }),
  ),
  ensembleAccuracy: spread,
  samples: z.nullable(shapeOf<GroupSamples>({ seed: number, continuations })),
  doubts,
  figures: eachOf(
    figureKinds.map(({ key }) => key),
    spread,
  ),
});

const verdict = shapeOf<Verdict>({
  group: text,
  baseline: z.nullable(text),
  metric: oneOf<Verdict['metric']>({ accuracy: true, loss: true, ...eachScore(() => true as const) }),
  outcome: oneOf<Verdict['outcome']>({ BEATS: true, 'DOES NOT BEAT': true, INCONCLUSIVE: true }),
  finding: oneOf<Verdict['finding']>({
    gain: true,
    'small-gain': true,
    'no-difference': true,
    'no-gain': true,
    worse: true,
    'unsure-gain': true,
    undecided: true,
    identical: true,
    equal: true,
    'no-spread': true,
    'one-pair': true,
    'no-pairs': true,
    'no-baseline': true,
  }),
  pairs: z.array(
    shapeOf<SeedPair>({
      seed: number,
      run: text,
      baselineRun: text,
      value: number,
      baselineValue: number,
      difference: number,
    }),
  ),
  mean: figure,
  deviation: figure,
  interval: z.nullable(z.tuple([number, number])),
  confidence: number,
  relevantGain: number,
  reason: text,
  notes: texts,
  seedsNeeded: figure,
});

const advice = shapeOf<Advice>({
  rule: text,
  tone: oneOf<Advice['tone']>({ good: true, caution: true, next: true }),
  subjects: texts,
  headline: text,
  text,
  about: texts,
  evidence: z.array(shapeOf<Evidence>({ label: text, value: text, of: text })),
});

const section = shapeOf<ComparedSection>({
  key: text,
  title: text,
  task: oneOf<ComparedSection['task']>({
    'image classification': true,
    'text classification': true,
    'text regression': true,
    'multi-label text classification': true,
    'language modeling': true,
  }),
  groups: texts,
  teachers: texts,
  runs: texts,
  differences,
});

export const comparisonData = shapeOf<ComparisonData>({
  runs: z.array(runFigures),
  teachers: z.array(teacher),
  groups: z.array(group),
  verdicts: z.array(verdict),
  differences,
  advice: z.array(advice),
  sections: z.array(section),
});
