import { parseLoaded, readExperimentText } from '../../src/experiment/parsing/load.ts';
import { parseExperiment } from '../../src/experiment/parsing/parse.ts';
import type { Problem } from '../../src/experiment/parsing/problem.ts';

/** The least that is a whole experiment. */
export const smallest = {
  name: 'x',
  dataset: { kind: 'mnist' },
  student: { model: { architecture: 'mlp', hidden: [32] } },
  strategy: { kind: 'direct' },
};

/** Problems of the smallest experiment with some of its sections replaced. */
export function problemsOf(changes: Record<string, unknown>): Problem[] {
  return parseExperiment(JSON.stringify({ ...smallest, ...changes })).problems;
}

/** Message and remedy of the only problem. */
export function onlyProblem(problems: readonly Problem[]): Problem {
  if (problems.length === 1) return problems[0]!;
  throw new Error(`expected one problem: ${JSON.stringify(problems.map(({ message }) => message))}`);
}

/** An experiment as its file says it, unchecked. */
export const loadExperiment = async (file: string) => parseLoaded(await readExperimentText(file), file);
