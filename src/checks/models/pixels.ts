import { pixelScaleOf } from '../../data/images/pixel-scale.ts';
import type { Finding, JsonPath } from '../../experiment/parsing/problem.ts';
import { otherPixels } from '../../models/checkpoint/preprocessor.ts';
import type { CheckpointDescription } from '../../models/checkpoint/read-model-config.ts';
import type { Check, CheckContext } from '../context.ts';

/** Whether checkpoints were trained on pixels like those of the dataset. */
export const checkPixels: Check = (context) => {
  const { storedTeacher, storedStudent } = context;
  return [
    ...(storedTeacher ? pixelFindings(storedTeacher, context, 'The teacher', ['teacher', 'checkpoint']) : []),
    ...(storedStudent
      ? pixelFindings(storedStudent, context, 'The student’s checkpoint', ['student', 'checkpoint'])
      : []),
  ];
};

/** @param path where the experiment names the model */
export function pixelFindings(
  { task, pixelScale }: CheckpointDescription,
  { experiment }: CheckContext,
  what: string,
  path: JsonPath,
): Finding[] {
  const other = otherPixels(what, pixelScale, pixelScaleOf(experiment.dataset), task.image?.[2]);
  return other ? [{ ...other, path, severity: 'warning', code: 'pixels' }] : [];
}
