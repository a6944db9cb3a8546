import { z } from 'zod';
import type { TaskShape } from '../../../data/dataset.ts';
import type { BertConfig } from '../../../experiment/architectures/bert.ts';
import {
  checkedConfig,
  classNamesOf,
  labelKeys,
  type ModelDescription,
  otherHeadOf,
  type RawConfig,
  size,
} from '../../huggingface/description.ts';

/** Keys that the config.json of every encoder has. */
export const commonSchema = z.object({
  vocab_size: size,
  max_position_embeddings: size.default(512),
  pad_token_id: z.int().min(0).nullish(),
});

/** A classifier of texts, with what the configuration says of its classes. */
export function describeClassifier(
  config: Parameters<typeof checkedConfig>[0],
  text: { vocabulary: number; length: number; padId: number },
  raw: RawConfig,
  file: string,
): ModelDescription {
  const classNames = classNamesOf(raw, file);
  const otherHead = otherHeadOf(raw, file);
  return {
    config: checkedConfig(config, file),
    task: { classes: classNames.length, text: { goal: 'classification', ...text } },
    classNames,
    ...(otherHead && { otherHead }),
  };
}

/** Keys that are written for every encoder. */
export const sharedKeys = ({ classes, text }: TaskShape, classNames: readonly string[] | undefined) => ({
  vocab_size: text!.vocabulary,
  pad_token_id: text!.padId,
  initializer_range: 0.02,
  ...labelKeys(classes, classNames),
});

/** Width inside the feed-forward part. */
export const intermediateSizeOf = ({ intermediateSize, hiddenSize }: BertConfig): number =>
  intermediateSize ?? 4 * hiddenSize;
