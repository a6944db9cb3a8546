import type { Finding } from '../../experiment/parsing/problem.ts';
import { strategyRecord } from '../../experiment/schema/strategy-schema.ts';
import { type Check, type CheckContext, teacherModel } from '../context.ts';

/** Students learn less from the most probable tokens alone, which is worth it where it saves much. */
export const checkKeptTokens: Check = (context) => {
  const width = widthOf(context);
  if (width === undefined) return [];
  const { strategy } = context.experiment;
  return (strategyRecord(strategy).keptTokens?.(strategy) ?? [])
    .filter(({ topK }) => width > 2 * topK)
    .map(
      ({ topK, temperature, path }): Finding => ({
        message: `Of the teacher’s answers only the ${topK} most probable tokens are kept, and all others count as one. At temperature ${temperature} a student learns less from them than from all answers.`,
        remedy: `Set topK to null unless ${width} numbers a token, the teacher’s last hidden state, are too many to keep: all answers follow from it.`,
        path: ['strategy', ...path],
        severity: 'warning',
        code: 'kept-tokens',
        fix: { title: 'Learn from all answers', path: ['strategy', ...path], value: null },
      }),
    );
};

function widthOf(context: CheckContext): number | undefined {
  const model = teacherModel(context);
  return model && 'hiddenSize' in model ? model.hiddenSize : undefined;
}
