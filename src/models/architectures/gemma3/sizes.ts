import type { Gemma3Config } from '../../../experiment/architectures/gemma3.ts';
import { headSize } from '../../text-input.ts';
import { Reach } from '../reach.ts';

/** Width inside the feed-forward part. */
export const gemma3IntermediateSize = ({ intermediateSize, hiddenSize }: Gemma3Config): number =>
  intermediateSize ?? 4 * hiddenSize;

/** Width of a head. @throws UserError if none is named and the hidden size cannot be divided among the heads */
export const gemma3HeadSize = (config: Gemma3Config): number =>
  config.headSize ?? headSize(config.hiddenSize, config.heads);

/** The last one of so many layers sees everything. */
export const gemma3Reach = new Reach((every) => every);
