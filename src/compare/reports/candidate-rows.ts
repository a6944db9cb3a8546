import { formatBytes, formatCount, formatMilliseconds, formatPercentSpread } from '../formatting.ts';
import type { CandidateSpread, RunGroup } from '../groups.ts';

type WithCandidates = Pick<RunGroup, 'label' | 'figures' | 'ensembleAccuracy'> & {
  readonly candidates: readonly CandidateSpread[];
};

export const candidateColumns = ['Model', 'Accuracy', 'Parameters', 'Size', 'Latency'] as const;

/** The student of a group with its exits or peers and what they answer together, as text; empty where it has none. */
export function candidateRows({ figures, candidates, ensembleAccuracy }: WithCandidates): string[][] {
  if (candidates.length === 0) return [];
  const row = (name: string, one: Omit<CandidateSpread, 'name'>) => [
    name,
    formatPercentSpread(one.accuracy),
    formatCount(one.parameters?.mean),
    formatBytes(one.bytes?.mean),
    formatMilliseconds(one.latencyMs?.mean),
  ];
  return [
    row('student', figures),
    ...candidates.map((one) => row(one.name, one)),
    ...(ensembleAccuracy === null ? [] : [['together', formatPercentSpread(ensembleAccuracy), '', '', '']]),
  ];
}
