import { roleOf } from '../../experiment/strategies/facts.ts';
import { type FigureKey, figureKind } from '../figures/figure-kinds.ts';
import { formatPercent, formatSeconds } from '../formatting.ts';
import type { RunGroup } from '../groups.ts';
import { formatGain, formatGainInterval } from '../verdicts/gain.ts';
import type { Verdict } from '../verdicts/verdict.ts';
import type { Advice, AdviceMaterial, Evidence } from './advice.ts';
import { praises, teacherTrouble } from './teacher-trouble.ts';

const evidence = (group: RunGroup, key: FigureKey): Evidence => {
  const kind = figureKind(key);
  return { label: kind.label, value: kind.formatSpread(group.figures[key]), of: group.key };
};

const mean = (group: RunGroup, key: FigureKey): number | null => group.figures[key]?.mean ?? null;

/** What the figures of one group of seeds advise, given the others. */
export function adviceOnGroup(group: RunGroup, material: AdviceMaterial): Advice[] {
  const { groups, verdicts, teachers } = material;
  if (group.counted.length === 0) return [];
  const teacher = teachers.find((row) => row.groups.includes(group.key));
  const trouble = teacher && teacherTrouble(teacher, material);
  const verdict = verdicts.find((candidate) => candidate.group === group.key);
  const baseline = groups.find((candidate) => candidate.key === verdict?.baseline);
  const pieces = [
    ...(verdict ? onVerdict(group, baseline, verdict) : onDirect(group)),
    ...onSize(group),
    ...onSpeed(group),
    ...onCalibration(group),
  ];
  return trouble ? pieces.filter((piece) => !praises(piece, trouble)) : pieces;
}

function onVerdict(group: RunGroup, baseline: RunGroup | undefined, verdict: Verdict): Advice[] {
  const about = baseline ? [group.key, baseline.key] : [group.key];
  const interval: Evidence = {
    label: 'Difference to direct training, 95 % interval',
    value:
      `${formatGain(verdict.mean, verdict.metric)} ${verdict.interval ? formatGainInterval(verdict.interval, verdict.metric) : ''}`.trim(),
    of: group.key,
  };
  const accuracies = baseline ? [evidence(group, 'accuracy'), evidence(baseline, 'accuracy')] : [];
  if (verdict.outcome === 'BEATS') {
    const subset = labelledSubset(group);
    return [
      {
        rule: subset === null ? 'distillation-pays' : 'few-labels',
        tone: 'good',
        subjects: [group.label],
        headline: subset === null ? 'distillation pays' : 'the teacher makes up for few labels',
        text:
          subset === null
            ? `The same student gains ${formatGain(verdict.mean, verdict.metric)} over training on labels alone.`
            : `With ${subset.toLocaleString('en-US')} labelled samples the student gains ${formatGain(verdict.mean, verdict.metric)} over training on them alone. Few labels are where distillation helps most; expect less as labels grow.`,
        about,
        evidence: [interval, ...accuracies],
      },
    ];
  }
  if (verdict.outcome === 'DOES NOT BEAT')
    return [
      {
        rule: 'train-directly',
        tone: 'caution',
        subjects: [group.label],
        headline: 'train directly instead',
        text: `${asGood(verdict)}${extraCost(group)} Where labels are abundant that is the usual outcome.`,
        about,
        evidence: [interval, ...accuracies],
      },
    ];
  if (baseline === undefined)
    return [
      {
        rule: 'no-yardstick',
        tone: 'next',
        subjects: [group.label],
        headline: 'train the same student directly',
        text: `${verdict.reason} Without that yardstick nobody can tell whether distillation helped.`,
        about,
        evidence: [evidence(group, 'accuracy')],
      },
    ];
  if (verdict.finding === 'identical')
    return [
      {
        rule: 'no-effect',
        tone: 'caution',
        subjects: [group.label],
        headline: 'the strategy changed nothing',
        text: verdict.reason,
        about,
        evidence: [interval, ...accuracies],
      },
    ];
  return [
    {
      rule: 'more-seeds',
      tone: 'next',
      subjects: [group.label],
      headline: 'not decided yet',
      text: `${verdict.reason} ${seedsAdvice(verdict)}`.trim(),
      about,
      evidence: [interval, ...accuracies],
    },
  ];
}

function asGood({ finding }: Verdict): string {
  if (finding === 'worse') return 'Training the same student on labels alone is better and needs no teacher.';
  if (finding === 'small-gain')
    return 'Training the same student on labels alone is nearly as good and needs no teacher.';
  return 'Training the same student on labels alone is as good and needs no teacher.';
}

function seedsAdvice(verdict: Verdict): string {
  if (verdict.finding !== 'undecided' && verdict.finding !== 'unsure-gain') return '';
  if (verdict.seedsNeeded === null) return 'The difference is too small for seeds alone to decide.';
  if (verdict.seedsNeeded <= verdict.pairs.length) return '';
  return `If mean and spread stay as they are, about ${verdict.seedsNeeded} seeds would decide it.`;
}

function extraCost(group: RunGroup): string {
  const teacherSeconds = group.counted
    .map((run) => run.teacherSeconds)
    .filter((seconds): seconds is number => seconds !== null && seconds > 0);
  if (teacherSeconds.length === 0) return '';
  return ` The teacher’s signals cost ${formatSeconds(Math.max(...teacherSeconds))} more.`;
}

function onDirect(group: RunGroup): Advice[] {
  const retention = mean(group, 'retention');
  if (roleOf(group.strategy) !== 'yardstick' || retention === null || retention < 0.995) return [];
  return [
    {
      rule: 'labels-suffice',
      tone: 'good',
      subjects: [group.label],
      headline: 'labels alone nearly suffice',
      text: `Directly trained, the student already keeps ${formatPercent(retention)} of the teacher’s accuracy, so distillation has little left to win.`,
      about: [group.key],
      evidence: [evidence(group, 'retention'), evidence(group, 'accuracy')],
    },
  ];
}

function onSize(group: RunGroup): Advice[] {
  const compression = mean(group, 'compressionRatio');
  const retention = mean(group, 'retention');
  if (compression === null || retention === null || roleOf(group.strategy) === 'yardstick') return [];
  const figures = [
    evidence(group, 'compressionRatio'),
    evidence(group, 'retention'),
    evidence(group, 'bytes'),
  ];
  const compressed = roleOf(group.strategy) === 'alternative';
  if (compression < 1.5 && compressed)
    return group.strategy === 'prune' ? [zerosTakeSpace(group, figures)] : [];
  if (compression < 1.5)
    return [
      {
        rule: 'hardly-smaller',
        tone: 'caution',
        subjects: [group.label],
        headline: 'hardly smaller than the teacher',
        text: `A compression below 1.5× saves little; quantizing the teacher to int8 alone saves about 4×. Take a smaller student.`,
        about: [group.key],
        evidence: figures,
      },
    ];
  if (retention >= 0.97)
    return [
      {
        rule: 'edge',
        tone: 'good',
        subjects: [group.label],
        headline: 'fit for edge deployment',
        text: 'It is much smaller and keeps at least 97 % of the teacher’s accuracy; often quoted for comparison: 60 % of the size with about 97 %.',
        about: [group.key],
        evidence: figures,
      },
    ];
  if (retention < 0.95)
    return [
      {
        rule: 'student-too-small',
        tone: 'caution',
        subjects: [group.label],
        headline: 'the student loses much',
        text: compressed
          ? 'It keeps less than 95 % of the accuracy of what it was made from. Take away less: more bits, or a lower sparsity and more epochs to recover.'
          : 'It keeps less than 95 % of the teacher’s accuracy. Try a larger student, more epochs, or a quantized teacher, which keeps the architecture.',
        about: [group.key],
        evidence: figures,
      },
    ];
  return [];
}

function zerosTakeSpace(group: RunGroup, figures: readonly Evidence[]): Advice {
  return {
    rule: 'zeros-take-space',
    tone: 'caution',
    subjects: [group.label],
    headline: 'pruned, but not smaller',
    text: 'Zeros among the weights take as many bytes and as much time as other numbers. The method "structured" takes whole units away, which makes the model smaller and faster.',
    about: [group.key],
    evidence: figures,
  };
}

function onSpeed(group: RunGroup): Advice[] {
  const speedup = mean(group, 'speedup');
  const compression = mean(group, 'compressionRatio');
  if (speedup === null || compression === null || roleOf(group.strategy) === 'yardstick') return [];
  const figures = [
    evidence(group, 'speedup'),
    evidence(group, 'latencyMs'),
    evidence(group, 'compressionRatio'),
  ];
  if (compression >= 2 && speedup < 1.2)
    return [
      {
        rule: 'smaller-not-faster',
        tone: 'caution',
        subjects: [group.label],
        headline: 'smaller, but not faster here',
        text:
          group.strategy === 'quantize'
            ? 'Single samples take about as long as before: fewer bits save bytes, and time only where products are computed in integers or memory is what limits.'
            : 'Single samples take about as long as with the teacher: calls and layers cost more than arithmetic at this size. Fewer layers help latency; narrower ones do not.',
        about: [group.key],
        evidence: figures,
      },
    ];
  if (speedup >= 2)
    return [
      {
        rule: 'latency',
        tone: 'good',
        subjects: [group.label],
        headline: 'answers faster',
        text: 'Where the answer must come at once, this student is worth its training; the figure holds for the device it was measured on.',
        about: [group.key],
        evidence: figures,
      },
    ];
  return [];
}

function onCalibration(group: RunGroup): Advice[] {
  const error = mean(group, 'calibrationError');
  const teacher = group.counted
    .map((run) => run.teacher?.calibrationError ?? null)
    .filter((value) => value !== null);
  if (error === null || teacher.length === 0 || roleOf(group.strategy) === 'yardstick') return [];
  const ofTeacher = teacher.reduce((sum, value) => sum + value, 0) / teacher.length;
  if (error < 0.05 || error < 2 * ofTeacher) return [];
  return [
    {
      rule: 'calibration',
      tone: 'caution',
      subjects: [group.label],
      headline: 'its confidence cannot be trusted as it is',
      text: 'The student’s probabilities are further from its accuracy than the teacher’s. Scale its logits by a temperature fitted on held-out samples before thresholds are set on them.',
      about: [group.key],
      evidence: [
        evidence(group, 'calibrationError'),
        { label: 'Calibration error of the teacher', value: formatPercent(ofTeacher), of: group.key },
      ],
    },
  ];
}

function labelledSubset(group: RunGroup): number | null {
  const dataset: object = group.config.dataset;
  const subset = 'labelledSubset' in dataset ? dataset.labelledSubset : undefined;
  return typeof subset === 'number' ? subset : null;
}
