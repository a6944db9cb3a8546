import type { Experiment } from '../../experiment/schema/schema.ts';
import { roleOf } from '../../experiment/strategies/facts.ts';
import type { ComparedRun } from '../compared-run.ts';
import { figuresOf, type RunFigures } from '../figures/run-figures.ts';
import { formatBytes, formatCount, formatPercent, formatPercentSpread, formatRatio } from '../formatting.ts';
import { groupRuns } from '../groups.ts';
import { baselineOf } from '../verdicts/verdict.ts';
import type { Advice } from './advice.ts';
import { qualities } from './advice-on-teacher.ts';
import { weakTeacherOf } from './weak-teacher.ts';

/** What is known of an experiment before it runs; unknown things give no advice. */
export interface KnownBefore {
  readonly experiment: Experiment;
  /** Absolute path of its file: relative paths in it start there. */
  readonly file?: string;
  readonly teacherParameters?: number;
  readonly studentParameters?: number;
  /** Samples the student trains on. */
  readonly trainSamples?: number;
  readonly classes?: number;
  /** Earlier runs, of any experiment. */
  readonly earlier?: readonly ComparedRun[];
}

const bytesPerWeight = 4;

/** Rules by which an experiment is told that its teacher has nothing to pass on. */
export const teacherRules: ReadonlySet<string> = new Set(['broken-teacher', 'weak-teacher']);

/** Advice before anything is trained, by fixed rules; what it is about is named by the key 'experiment'. */
export function adviseBefore(known: KnownBefore): Advice[] {
  const { strategy } = known.experiment;
  if (roleOf(strategy.kind) !== 'distillation') return [];
  const weak = onTeacher(known);
  const pieces = [...onSeeds(known), ...onYardstick(known), ...onSize(known), ...onLabels(known)];
  // What a student keeps of a teacher that is worse than itself says nothing.
  return [...weak, ...pieces.filter(({ rule }) => weak.length === 0 || rule !== 'labels-suffice')];
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

const plannedRun = ({ experiment, file }: KnownBefore): ComparedRun => ({
  id: 'planned',
  experiment: experiment.name,
  strategy: experiment.strategy.kind,
  seed: experiment.seeds[0]!,
  state: 'queued',
  config: experiment,
  ...(file !== undefined && { file }),
});

/** Whether earlier runs measured that this teacher is broken, or that the same student was better without it. */
function onTeacher(known: KnownBefore): Advice[] {
  const weak = weakTeacherOf(plannedRun(known), known.earlier ?? []);
  if (!weak) return [];
  const broken = weak.trouble.kind === 'broken';
  return [
    piece(
      broken ? 'broken-teacher' : 'weak-teacher',
      'caution',
      broken ? weak.trouble.headline : 'the teacher is worse than direct training',
      weak.trouble.text,
      qualities(weak.teacher, weak.trouble, known.experiment).map(({ label, value }) => [label, value]),
    ),
  ];
}

/** Whether the same student was trained directly before: asked of the rules that judge, not guessed anew. */
function onYardstick({ experiment, earlier = [] }: KnownBefore): Advice[] {
  const planned = plannedRun({ experiment });
  const direct = earlier
    .filter((run) => roleOf(run.strategy) === 'yardstick')
    .map((run) => ({ ...run, file: undefined }));
  const groups = groupRuns([...direct, planned]);
  const choice = baselineOf(groups.find((group) => group.runs.includes(planned.id))!, groups);
  if (choice.baseline === null)
    return [
      piece(
        'no-yardstick',
        'next',
        'train the same student directly as well',
        `${choice.reason} Without that yardstick nobody can tell whether distillation helped.`,
        [['Directly trained runs', String(direct.length)]],
      ),
    ];
  const retention = choice.baseline.figures.retention;
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

/** Figures of an earlier run that quantized the same teacher, on the same data. */
function quantizedBefore({ experiment, earlier = [] }: KnownBefore): RunFigures | undefined {
  const same = (config: Experiment) => JSON.stringify([config.teacher, config.dataset.kind]);
  const run = earlier.findLast(
    ({ config, state, result }) =>
      config.strategy.kind === 'quantize' &&
      config.strategy.of === 'teacher' &&
      state === 'completed' &&
      result !== undefined &&
      same(config) === same(experiment),
  );
  return run && figuresOf(run);
}

function onSize(known: KnownBefore): Advice[] {
  const { teacherParameters: teacher, studentParameters: student } = known;
  if (teacher === undefined || student === undefined || student <= 0) return [];
  const compression = teacher / student;
  const quantized = quantizedBefore(known);
  const before = quantized?.compressionRatio ?? null;
  if (quantized && before !== null && compression <= before)
    return [
      piece(
        'quantization-saves-as-much',
        'caution',
        'the quantized teacher is as small',
        `${quantized.name} makes this teacher ${formatRatio(before)} smaller, as measured, without training a student; this student saves no more than that.`,
        [
          ['Compression of the quantized teacher', formatRatio(before)],
          ['Accuracy of the quantized teacher', formatPercent(quantized.student?.accuracy ?? null)],
          ['Compression of the student', formatRatio(compression)],
        ],
      ),
    ];
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
