import { UserError } from '../../base/user-error.ts';
import type { LoraConfig } from '../../experiment/schema/lora-schema.ts';
import type { ModelConfig } from '../../experiment/schema/schema.ts';
import { isHeadWeight } from '../checkpoint/head-weights.ts';
import { didYouMeanOne, matcherOf } from '../onnx/names.ts';
import type { DenseLayer } from '../weights.ts';
import { offeredTargets } from './offered-targets.ts';

/** Layers that cannot be adapted as they are to be. */
export class LoraProblem extends UserError {
  /** Where, within the option "lora". */
  readonly path: readonly (string | number)[];

  constructor(path: readonly (string | number)[], message: string, remedy: string) {
    super(message, { remedy });
    this.path = path;
  }
}

export interface Adaptable {
  readonly config: ModelConfig;
  readonly dense: ReadonlyMap<string, DenseLayer>;
}

/** Layers that can be adapted; a head that tells classes apart is none, for it learns whole. */
export const adaptableLayers = ({ config, dense }: Adaptable): DenseLayer[] =>
  [...dense.values()].filter(({ name }) => !isHeadWeight(config, `${name}.weight`));

/**
 * The layers of a model that are meant: each target is the name of a layer, the end of names from a dot on, as in PEFT,
 * or a pattern in which * stands for any characters.
 * @throws LoraProblem if the model has no such layers, a target fits none, or a layer cannot have such a rank
 */
export function targetedLayers({ targets, rank }: LoraConfig, model: Adaptable): DenseLayer[] {
  const layers = adaptableLayers(model);
  if (layers.length === 0)
    throw new LoraProblem(
      [],
      'The student has no layers that "lora" could adapt: it is an ONNX graph, or has no dense layers below its head.',
      'Name a checkpoint with config.json and model.safetensors, or remove "lora" and use "freeze".',
    );
  const found = new Map<string, DenseLayer>();
  for (const [index, target] of targets.entries()) {
    const fits = matcherOf(target);
    const meant = layers.filter(({ name }) => fits(name) || name.endsWith(`.${target}`));
    if (meant.length === 0)
      throw new LoraProblem(
        ['targets', index],
        `No layer of the student that can be adapted is named "${target}".`,
        didYouMeanOne(target.replaceAll('*', ''), offeredTargets(layers.map(({ name }) => name))),
      );
    for (const layer of meant) found.set(layer.name, layer);
  }
  for (const { name, inputs, outputs } of found.values()) {
    const most = Math.min(inputs, outputs);
    if (rank > most)
      throw new LoraProblem(
        ['rank'],
        `"${name}" has ${inputs} inputs and ${outputs} outputs, so what is added to it has at most rank ${most}, not ${rank}.`,
        `Write a rank up to ${most}; 4 to 64 are usual.`,
      );
  }
  return layers.filter(({ name }) => found.has(name));
}
