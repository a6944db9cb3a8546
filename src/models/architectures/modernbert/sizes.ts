import type { ModernBertConfig } from '../../../experiment/architectures/modernbert.ts';

/** Width inside the feed-forward part. */
export const modernBertIntermediateSize = ({ intermediateSize, hiddenSize }: ModernBertConfig): number =>
  intermediateSize ?? Math.ceil(1.5 * hiddenSize);
