import type { TaskShape } from '../../data/dataset.ts';
import {
  checkedConfig,
  classNamesOf,
  headOf,
  labelKeys,
  type ModelDescription,
  type RawConfig,
} from './description.ts';

/**
 * A classifier of texts, with what the configuration says of its classes.
 * @throws UserError if one of its keys is out of range
 */
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

/** Keys that are written for every classifier of texts. */
export const textClassifierKeys = (task: TaskShape, classNames: readonly string[] | undefined) => ({
  vocab_size: task.text!.vocabulary,
  pad_token_id: task.text!.padId,
  initializer_range: 0.02,
  ...labelKeys(task, classNames),
});
