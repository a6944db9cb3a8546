import type { Dataset } from '../../data/dataset.ts';
import type { ServerConfig } from '../../experiment/schema/server-schema.ts';
import type { StrategyConfig } from '../../experiment/schema/strategy-schema.ts';
import { strategyFacts } from '../../experiment/strategies/facts.ts';
import { classQuestions } from './classes.ts';
import type { Question } from './questions.ts';
import { textsToContinue } from './texts.ts';

/**
 * All that a strategy asks a server, whether or not it was answered already; nothing where it asks none.
 * @throws UserError if there is nothing to ask
 */
export async function questionsOf(
  strategy: StrategyConfig,
  dataset: Dataset,
  server: ServerConfig,
): Promise<Question[]> {
  if (strategy.kind === 'generated')
    return (await textsToContinue(dataset, strategy, server)).map(({ question }) => question);
  if (strategyFacts[strategy.kind].ofServer !== 'classes') return [];
  const { samples, contentFree } = await classQuestions(dataset, server);
  return [...contentFree, ...samples.values()];
}
