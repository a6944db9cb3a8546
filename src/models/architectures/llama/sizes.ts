import type { LlamaConfig } from '../../../experiment/architectures/llama.ts';
import { headSize } from '../../text-input.ts';

/** Width inside the feed-forward part. */
export const llamaIntermediateSize = ({ intermediateSize, hiddenSize }: LlamaConfig): number =>
  intermediateSize ?? Math.ceil((8 * hiddenSize) / 3 / 8) * 8;

/** Width of a head. @throws UserError if none is named and the hidden size cannot be divided among the heads */
export const llamaHeadSize = (config: LlamaConfig): number =>
  config.headSize ?? headSize(config.hiddenSize, config.heads);
