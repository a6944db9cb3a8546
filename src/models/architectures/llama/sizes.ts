import type { LlamaConfig } from '../../../experiment/architectures/llama.ts';

/** Width inside the feed-forward part. */
export const llamaIntermediateSize = ({ intermediateSize, hiddenSize }: LlamaConfig): number =>
  intermediateSize ?? Math.ceil((8 * hiddenSize) / 3 / 8) * 8;
