import { type ScoreName, scoreNames, scoreRecords } from '../../experiment/tasks/scores.ts';
import {
  formatBytes,
  formatCount,
  formatEnergy,
  formatMilliseconds,
  formatNumber,
  formatNumberSpread,
  formatPercent,
  formatPercentSpread,
  formatRatio,
  formatSeconds,
} from '../formatting.ts';
import type { RunFigures } from './run-figures.ts';
import type { Spread } from './spread.ts';

export type FigureKey =
  | ScoreName
  | 'accuracy'
  | 'retention'
  | 'agreement'
  | 'macroF1'
  | 'loss'
  | 'perplexity'
  | 'bitsPerByte'
  | 'calibrationError'
  | 'parameters'
  | 'bytes'
  | 'compressionRatio'
  | 'latencyMs'
  | 'speedup'
  | 'throughput'
  | 'trainingSeconds'
  | 'savedSeconds'
  | 'energyJoules';

/** A figure of a student that runs and groups are compared by. */
export interface FigureKind {
  readonly key: FigureKey;
  readonly label: string;
  /** One sentence for tooltips and legends. */
  readonly meaning: string;
  /** Which direction is good; null where neither is. */
  readonly better: 'higher' | 'lower' | null;
  /** How a single value is written, with its unit. */
  readonly format: (value: number | null) => string;
  /** How a mean over seeds is written, with its standard deviation where that says something. */
  readonly formatSpread: (spread: Spread | null) => string;
  readonly read: (figures: RunFigures) => number | null;
}

type Shape = Pick<FigureKind, 'format' | 'formatSpread'>;
const percent: Shape = { format: (value) => formatPercent(value), formatSpread: formatPercentSpread };
const plain: Shape = { format: (value) => formatNumber(value), formatSpread: formatNumberSpread };
const meanOnly = (format: FigureKind['format']): Shape => ({
  format,
  formatSpread: (spread) => format(spread?.mean ?? null),
});

/** In the order in which tables show them. */
export const figureKinds: readonly FigureKind[] = [
  {
    key: 'accuracy',
    label: 'Accuracy',
    meaning:
      'Share of test samples the student classifies, or tokens it predicts, correctly; of several labels all at once.',
    better: 'higher',
    ...percent,
    read: (figures) => figures.student?.accuracy ?? null,
  },
  {
    key: 'retention',
    label: 'Retention',
    meaning:
      'Student accuracy over teacher accuracy; of other tasks the score that shows how good a model is.',
    better: 'higher',
    ...percent,
    read: (figures) => figures.retention,
  },
  {
    key: 'agreement',
    label: 'Agreement',
    meaning: 'Share of test samples on which student and teacher predict the same class, or set of labels.',
    better: 'higher',
    ...percent,
    read: (figures) => figures.agreement,
  },
  {
    key: 'macroF1',
    label: 'Macro F1',
    meaning: 'F1 of each class, averaged over classes.',
    better: 'higher',
    ...percent,
    read: (figures) => figures.student?.macroF1 ?? null,
  },
  ...scoreNames.map((key): FigureKind => {
    const { label, meaning, better, written } = scoreRecords[key];
    return {
      ...{ key, label, meaning, better },
      ...(written === 'share' ? percent : plain),
      read: (figures) => figures.student?.[key] ?? null,
    };
  }),
  {
    key: 'loss',
    label: 'Loss',
    meaning: 'Mean cross-entropy on the test set, in nats; of numbers the mean squared error.',
    better: 'lower',
    ...plain,
    read: (figures) => figures.student?.loss ?? null,
  },
  {
    key: 'perplexity',
    label: 'Perplexity',
    meaning: 'Of language models: the exponential of the loss per token on the test set.',
    better: 'lower',
    ...plain,
    read: (figures) => figures.student?.perplexity ?? null,
  },
  {
    key: 'bitsPerByte',
    label: 'Bits per byte',
    meaning:
      'Of language models: the loss over the bytes of the test texts, in bits. Unlike loss and perplexity per token it compares models that read the text as different tokens.',
    better: 'lower',
    ...plain,
    read: (figures) => figures.student?.bitsPerByte ?? null,
  },
  {
    key: 'calibrationError',
    label: 'Calibration error',
    meaning: 'Expected calibration error, 15 bins: how far confidence is from accuracy.',
    better: 'lower',
    ...percent,
    read: (figures) => figures.student?.calibrationError ?? null,
  },
  {
    key: 'parameters',
    label: 'Parameters',
    meaning: 'Weights of the student.',
    better: 'lower',
    ...meanOnly(formatCount),
    read: (figures) => figures.student?.parameters ?? null,
  },
  {
    key: 'bytes',
    label: 'Size',
    meaning: 'Bytes of the student’s weights on disk.',
    better: 'lower',
    ...meanOnly(formatBytes),
    read: (figures) => figures.student?.bytes ?? null,
  },
  {
    key: 'compressionRatio',
    label: 'Compression',
    meaning: 'Teacher bytes over student bytes.',
    better: 'higher',
    ...meanOnly(formatRatio),
    read: (figures) => figures.compressionRatio,
  },
  {
    key: 'latencyMs',
    label: 'Latency',
    meaning: 'Median time of one sample on the device, warmed up.',
    better: 'lower',
    ...meanOnly(formatMilliseconds),
    read: (figures) => figures.student?.latencyMs ?? null,
  },
  {
    key: 'speedup',
    label: 'Speed-up',
    meaning: 'Teacher latency over student latency, both measured in the same run.',
    better: 'higher',
    ...meanOnly(formatRatio),
    read: (figures) => figures.speedup,
  },
  {
    key: 'throughput',
    label: 'Throughput',
    meaning: 'Samples per second in batches of 32.',
    better: 'higher',
    ...meanOnly((value) => (value === null ? formatCount(null) : `${formatCount(value)}/s`)),
    read: (figures) => figures.student?.throughput ?? null,
  },
  {
    key: 'trainingSeconds',
    label: 'Training',
    meaning: 'Time of training alone, without teacher, evaluation and measurement.',
    better: 'lower',
    ...meanOnly(formatSeconds),
    read: (figures) => figures.trainingSeconds,
  },
  {
    key: 'savedSeconds',
    label: 'Cache saved',
    meaning: 'Time the cache of teacher signals saved.',
    better: 'higher',
    ...meanOnly(formatSeconds),
    read: (figures) => figures.savedSeconds,
  },
  {
    key: 'energyJoules',
    label: 'Energy',
    meaning:
      'What the device reported to have used while the student trained, by whatever ran on it; unknown where it reports nothing.',
    better: 'lower',
    ...meanOnly(formatEnergy),
    read: (figures) => figures.energyJoules,
  },
];

export const figureKind = (key: FigureKey): FigureKind => figureKinds.find((kind) => kind.key === key)!;
