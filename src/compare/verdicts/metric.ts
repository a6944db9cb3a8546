import { scoreRecords } from '../../experiment/tasks/scores.ts';
import type { JudgedBy } from '../../experiment/tasks/task-record.ts';

/**
 * What verdicts are about, as the task says: accuracy as a fraction, the loss in nats, of language models per token, or
 * another score.
 */
export type VerdictMetric = JudgedBy;

interface MetricFacts {
  /** In sentences. */
  readonly name: string;
  /** Whether it is a share, whose gains are percentage points. */
  readonly share: boolean;
  readonly lowerIsBetter: boolean;
  /** Behind a gain that is none in percentage points. */
  readonly unit: string;
  /** The smallest gain that matters, in the unit of the metric. */
  readonly smallestGain: number;
}

/** What is to be known of a metric where gains in it are judged, written or drawn. */
export function metricFacts(metric: VerdictMetric): MetricFacts {
  // A tenth of a percentage point; 0.01 nats, one percent of perplexity; half a percent of what is to be explained.
  if (metric === 'accuracy')
    return { name: metric, share: true, lowerIsBetter: false, unit: 'pp', smallestGain: 0.001 };
  if (metric === 'loss')
    return { name: metric, share: false, lowerIsBetter: true, unit: 'nats', smallestGain: 0.01 };
  const { label, better, written } = scoreRecords[metric];
  const share = written === 'share';
  return {
    name: label,
    share,
    lowerIsBetter: better === 'lower',
    unit: share ? 'pp' : label,
    smallestGain: share ? 0.001 : 0.005,
  };
}
