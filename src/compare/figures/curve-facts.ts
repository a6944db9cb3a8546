import { isScore, scoreRecords } from '../../experiment/tasks/scores.ts';

/** The score that a curve is of, such as 'validation.r2'. */
const scoreOf = (metric: string) => {
  const name = metric.slice(metric.lastIndexOf('.') + 1);
  return isScore(name) ? scoreRecords[name] : undefined;
};

/** Whether the values of a curve are shares, 0…1. */
export const isShare = (metric: string): boolean => {
  const score = scoreOf(metric);
  return score ? score.written === 'share' : /accuracy|f1|agreement/i.test(metric);
};

/** Whether less of a curve is better. */
export const isLowerBetter = (metric: string): boolean => {
  const score = scoreOf(metric);
  return score ? score.better === 'lower' : /loss|error|perplexity/i.test(metric);
};

/** What direction of a curve is good; null where that is not known. */
export const directionOf = (metric: string): 'higher' | 'lower' | null =>
  isLowerBetter(metric) ? 'lower' : isShare(metric) || scoreOf(metric) ? 'higher' : null;

/** What a score is called, where a curve is of one. */
export const scoreLabel = (metric: string): string | undefined => scoreOf(metric)?.label;
