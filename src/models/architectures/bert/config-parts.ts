import { z } from 'zod';
import type { TaskShape } from '../../../data/dataset.ts';
import type { BertConfig } from '../../../experiment/architectures/bert.ts';
import {
  checkedConfig,
  classNamesOf,
  headOf,
  labelKeys,
  type ModelDescription,
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
  const asked = { text: { goal: 'classification', ...text } } as const;
  const { kind, otherHead } = headOf(raw, asked, file);
  return {
    config: checkedConfig(config, file),
    task: { ...(kind && { kind }), classes: classNames.length, ...asked },
    classNames,
    ...(otherHead && { otherHead }),
  };
}

/** Keys that are written for every encoder. */
export const sharedKeys = (task: TaskShape, classNames: readonly string[] | undefined) => ({
  vocab_size: task.text!.vocabulary,
  pad_token_id: task.text!.padId,
  initializer_range: 0.02,
  ...labelKeys(task, classNames),
});

/** Width inside the feed-forward part. */
export const intermediateSizeOf = ({ intermediateSize, hiddenSize }: BertConfig): number =>
  intermediateSize ?? 4 * hiddenSize;
