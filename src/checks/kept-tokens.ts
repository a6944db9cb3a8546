import type { Finding, JsonPath } from '../experiment/problem.ts';
import type { StrategyConfig } from '../experiment/schema.ts';
import { type Check, type CheckContext, teacherModel } from './context.ts';

interface Place {
  readonly topK: number;
  readonly temperature: number;
  readonly path: JsonPath;
}

/** Students learn less from the most probable tokens alone, which is worth it where it saves much. */
export const checkKeptTokens: Check = (context) => {
  const width = widthOf(context);
  if (width === undefined) return [];
  return places(context.experiment.strategy)
    .filter(({ topK }) => width > 2 * topK)
    .map(
      ({ topK, temperature, path }): Finding => ({
        message: `Of the teacher’s answers only the ${topK} most probable tokens are kept, and all others count as one. At temperature ${temperature} a student learns less from them than from all answers.`,
        remedy: `Set topK to null unless ${width} numbers a token, the teacher’s last hidden state, are too many to keep: all answers follow from it.`,
        path,
        severity: 'warning',
        code: 'kept-tokens',
        fix: { title: 'Learn from all answers', path, value: null },
      }),
    );
};

function widthOf(context: CheckContext): number | undefined {
  const model = teacherModel(context);
  return model && 'hiddenSize' in model ? model.hiddenSize : undefined;
}

function places(strategy: StrategyConfig): Place[] {
  const terms =
    strategy.kind === 'combined'
      ? strategy.terms.map((term, index) => ({ term, path: ['strategy', 'terms', index, 'topK'] }))
      : [{ term: strategy, path: ['strategy', 'topK'] }];
  return terms.flatMap(({ term, path }) =>
    term.kind === 'sequence' && term.topK !== null
      ? [{ topK: term.topK, temperature: term.temperature, path }]
      : [],
  );
}
