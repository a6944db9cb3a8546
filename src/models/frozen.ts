import type { Variable } from '@tensorflow/tfjs-core';
import { UserError } from '../base/user-error.ts';
import { isGraphConfig } from '../experiment/architectures/onnx-graph.ts';
import type { ModelConfig } from '../experiment/schema/schema.ts';
import type { Model } from './model.ts';
import { didYouMeanOne, matcherOf } from './onnx/names.ts';
import { openedGraph } from './onnx/opened.ts';

/** Weights that training leaves as they are, wherever they are used: models that share them agree. */
const frozen = new WeakSet<Variable>();

export const isFrozen = (variable: Variable): boolean => frozen.has(variable);

/** A pattern of weights to be frozen that cannot be meant so. */
export class FreezeProblem extends UserError {
  /** Its place among the patterns; absent where it is all of them together. */
  readonly index: number | undefined;

  constructor(index: number | undefined, message: string, remedy: string) {
    super(message, { remedy });
    this.index = index;
  }
}

interface Named {
  readonly config: ModelConfig;
  readonly parameters: ReadonlyMap<string, unknown>;
  readonly buffers: ReadonlyMap<string, unknown>;
}

/**
 * Names of the parameters and buffers that patterns fit, in which * stands for any characters. Of an ONNX graph a tensor
 * that is tied to a parameter stands for it.
 * @throws FreezeProblem if a pattern fits nothing, or nothing is left to be trained
 */
export function frozenNames(
  patterns: readonly string[],
  { config, parameters, buffers }: Named,
): Set<string> {
  const graph = isGraphConfig(config) ? openedGraph(config).weights : undefined;
  const own = [...parameters.keys(), ...buffers.keys()];
  const meant = new Map<string, string>([
    ...own.map((name) => [name, name] as const),
    ...[...(graph?.tied ?? [])].map(([name, { parameter }]) => [name, parameter] as const),
  ]);
  const found = new Set<string>();
  for (const [index, pattern] of patterns.entries()) {
    const fits = matcherOf(pattern);
    const names = meant.has(pattern) ? [pattern] : [...meant.keys()].filter(fits);
    for (const name of names) found.add(meant.get(name)!);
    if (names.length > 0) continue;
    const constant = graph?.constants.find(({ name }) => name === pattern || fits(name));
    throw constant
      ? new FreezeProblem(
          index,
          `"${pattern}" fits only what is not trained in any case: "${constant.name}" is a constant of the graph.`,
          'Remove it.',
        )
      : new FreezeProblem(
          index,
          `No weight of the student is named "${pattern}".`,
          didYouMeanOne(pattern.replaceAll('*', ''), meant.keys()),
        );
  }
  if ([...parameters.keys()].every((name) => found.has(name)))
    throw new FreezeProblem(
      undefined,
      'Nothing of the student is left to be trained.',
      'Freeze fewer weights.',
    );
  return found;
}

/**
 * Freezes weights of a model: they get no gradient, no state of the optimizer and no decay. A normalization whose running
 * statistics are among them uses these in training, as in evaluation, and does not move them.
 * @throws FreezeProblem as {@link frozenNames}
 */
export function freeze(model: Model, patterns: readonly string[]): void {
  if (patterns.length === 0) return;
  for (const name of frozenNames(patterns, model))
    frozen.add((model.parameters.get(name) ?? model.buffers.get(name))!);
}

/** Freezes a whole model but for the parameters that are named. */
export function freezeAllBut(trained: (name: string) => boolean, { parameters, buffers }: Model): void {
  for (const [name, variable] of parameters) if (!trained(name)) frozen.add(variable);
  for (const variable of buffers.values()) frozen.add(variable);
}

/** What of a model is trained, by name: parameters that are not frozen, and its adapter. */
export const trainedParameters = ({
  parameters,
  adapter,
}: Pick<Model, 'parameters' | 'adapter'>): Map<string, Variable> =>
  new Map([...[...parameters].filter(([, variable]) => !isFrozen(variable)), ...(adapter?.weights ?? [])]);

/** Numbers in all parameters that stay as they are. */
export function frozenCount({ parameters }: Pick<Model, 'parameters'>): number {
  let count = 0;
  for (const variable of parameters.values()) if (isFrozen(variable)) count += variable.size;
  return count;
}
