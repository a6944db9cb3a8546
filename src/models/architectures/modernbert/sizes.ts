import type { ModernBertConfig } from '../../../experiment/architectures/modernbert.ts';
import { Reach } from '../reach.ts';

/** Width inside the feed-forward part. */
export const modernBertIntermediateSize = ({ intermediateSize, hiddenSize }: ModernBertConfig): number =>
  intermediateSize ?? Math.ceil(1.5 * hiddenSize);

/** The first layer looks at the whole text, and after it one of so many. */
export const modernBertReach = new Reach(() => 1);
