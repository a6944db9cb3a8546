import type { Experiment } from '../experiment/schema.ts';
import type { Advice } from './advice.ts';
import type { ComparedRun } from './compared-run.ts';
import { compareRuns } from './figures.ts';
import { formatBytes, formatCount, formatPercentSpread, formatRatio } from './formatting.ts';

/** What is known of an experiment before it runs; unknown things give no advice. */
export interface KnownBefore {
  readonly experiment: Experiment;
  readonly teacherParameters?: number;
  readonly studentParameters?: number;
  /** Samples the student trains on. */
  readonly trainSamples?: number;
  readonly classes?: number;
  /** Earlier runs, of any experiment. */
  readonly earlier?: readonly ComparedRun[];
}

const bytesPerWeight = 4;

/** Advice before anything is trained, by fixed rules; what it is about is named by the key 'experiment'. */
export function adviseBefore(known: KnownBefore): Advice[] {
  if (known.experiment.strategy.kind === 'direct') return [];
  return [...onSeeds(known), ...onYardstick(known), ...onSize(known), ...onLabels(known)];
}

const piece = (
  rule: string,
  tone: Advice['tone'],
  headline: string,
  text: string,
  evidence: readonly (readonly [string, string])[],
): Advice => ({
  rule,
  tone,
  headline,
  text,
  subjects: [],
  about: ['experiment'],
  evidence: evidence.map(([label, value]) => ({ label, value, of: 'experiment' })),
});

function onSeeds({ experiment }: KnownBefore): Advice[] {
  const n = experiment.seeds.length;
  if (n >= 3) return [];
  return [
    piece(
      'few-seeds',
      'next',
      'name at least three seeds',
      'A verdict pairs runs by seed; with fewer than two it is always inconclusive, and two rarely decide.',
      [['Seeds', String(n)]],
    ),
  ];
}

/** Whether the same student was trained directly before: asked of the rules that judge, not guessed anew. */
function onYardstick({ experiment, earlier = [] }: KnownBefore): Advice[] {
  const planned: ComparedRun = {
    id: 'planned',
    experiment: experiment.name,
    strategy: experiment.strategy.kind,
    seed: experiment.seeds[0]!,
    state: 'queued',
    config: experiment,
  };
  const direct = earlier
    .filter((run) => run.strategy === 'direct')
    .map((run) => ({ ...run, file: undefined }));
  const comparison = compareRuns([...direct, planned]);
  const verdict = comparison.verdicts[0]!;
  const baseline = comparison.groups.find((group) => group.key === verdict.baseline);
  if (baseline === undefined)
    return [
      piece(
        'no-yardstick',
        'next',
        'train the same student directly as well',
        `${verdict.reason} Without that yardstick nobody can tell whether distillation helped.`,
        [['Directly trained runs', String(direct.length)]],
      ),
    ];
  const retention = baseline.figures.retention;
  if (retention === null || retention.mean < 0.995) return [];
  return [
    piece(
      'labels-suffice',
      'caution',
      'labels alone nearly suffice',
      'Directly trained, this student already keeps almost all of the teacher’s accuracy, so distillation has little left to win.',
      [['Retention of the directly trained student', formatPercentSpread(retention)]],
    ),
  ];
}

function onSize({ teacherParameters: teacher, studentParameters: student }: KnownBefore): Advice[] {
  if (teacher === undefined || student === undefined || student <= 0) return [];
  const compression = teacher / student;
  const figures = [
    ['Teacher parameters', formatCount(teacher)],
    ['Student parameters', formatCount(student)],
    ['Compression', formatRatio(compression)],
  ] as const;
  if (compression < 4)
    return [
      piece(
        'quantization-first',
        'next',
        'try quantization first',
        `Quantizing the teacher to int8 gives about ${formatBytes(teacher)} of ${formatBytes(teacher * bytesPerWeight)} without training a student, which is at least as much as this student saves. It is simpler and often sufficient; pruning keeps the architecture.`,
        figures,
      ),
    ];
  if (compression > 100)
    return [
      piece(
        'large-gap',
        'caution',
        'the student is very small for its teacher',
        'Across so large a gap a student often cannot follow; a teacher of middle size between the two helps (Mirzadeh et al. 2020, teacher assistants).',
        figures,
      ),
    ];
  return [];
}

function onLabels({ trainSamples, classes }: KnownBefore): Advice[] {
  if (trainSamples === undefined || classes === undefined || classes === 0) return [];
  const perClass = trainSamples / classes;
  const figures = [
    ['Training samples', formatCount(trainSamples)],
    ['Samples per class', formatCount(perClass)],
  ] as const;
  if (perClass <= 200)
    return [
      piece(
        'few-labels',
        'good',
        'few labels: where distillation helps most',
        'With few samples per class, what the teacher says of wrong classes is worth many labels.',
        figures,
      ),
    ];
  if (perClass >= 5000)
    return [
      piece(
        'abundant-labels',
        'caution',
        'labels are abundant',
        'With thousands of samples per class direct training often does as well; expect a small gain, and compare with it.',
        figures,
      ),
    ];
  return [];
}
