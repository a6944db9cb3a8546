import { z } from 'zod';
import type { BertConfig } from '../../../experiment/architectures/bert.ts';
import { size } from '../../huggingface/description.ts';

/** Keys that the config.json of every encoder has. */
export const commonSchema = z.object({
  vocab_size: size,
  max_position_embeddings: size.default(512),
  pad_token_id: z.int().min(0).nullish(),
});

/** Width inside the feed-forward part. */
export const intermediateSizeOf = ({ intermediateSize, hiddenSize }: BertConfig): number =>
  intermediateSize ?? 4 * hiddenSize;
