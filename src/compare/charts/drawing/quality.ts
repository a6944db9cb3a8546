import { type KnownTask, taskTitled } from '../../../experiment/tasks/all.ts';
import { eachScore, type ScoreName, scoreRecords } from '../../../experiment/tasks/scores.ts';
import type { TaskRecord } from '../../../experiment/tasks/task-record.ts';
import { formatNumber, formatPercent } from '../../formatting.ts';
import { numberTick, percentTick, type TickLabel } from './tick-labels.ts';

/** What models are judged by in a picture. */
export interface Quality {
  readonly key: TaskRecord['shownBy'];
  readonly label: string;
  readonly lowerIsBetter: boolean;
  readonly format: (value: number) => string;
  readonly tick: TickLabel;
  /** What no model passes; absent where there is no such bound. */
  readonly highest?: number;
}

export const accuracy: Quality = {
  key: 'accuracy',
  label: 'Accuracy',
  lowerIsBetter: false,
  format: (value) => formatPercent(value),
  tick: percentTick,
  highest: 1,
};

export const perplexity: Quality = {
  key: 'perplexity',
  label: 'Perplexity',
  lowerIsBetter: true,
  format: (value) => formatNumber(value),
  tick: numberTick,
};

const ofScore = (key: ScoreName): Quality => {
  const { label, better, written } = scoreRecords[key];
  const share = written === 'share';
  return {
    ...{ key, label, lowerIsBetter: better === 'lower' },
    ...(share ? { format: (value) => formatPercent(value) } : { format: (value) => formatNumber(value) }),
    tick: share ? percentTick : numberTick,
    ...(better === 'higher' && { highest: 1 }),
  };
};

const qualities: Readonly<Record<Quality['key'], Quality>> = {
  accuracy,
  perplexity,
  ...eachScore(ofScore),
};

/** What models of a section are judged by. */
export const qualityOf = (task: KnownTask['title']): Quality => qualities[taskTitled(task).shownBy];
