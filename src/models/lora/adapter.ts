import type { Tensor2D, Variable } from '@tensorflow/tfjs-core';
import type { RandomGenerator } from '../../device/random-generator.ts';
import { tf } from '../../device/tensorflow.ts';
import type { LoraConfig } from '../../experiment/schema/lora-schema.ts';
import { isHeadWeight } from '../checkpoint/head-weights.ts';
import { planModel, shareModel } from '../create-model.ts';
import { freezeAllBut } from '../frozen.ts';
import { dropout } from '../layers/dropout.ts';
import type { ForwardOptions, Model } from '../model.ts';
import { type DenseLayer, freshWeights, type LayerAdapter, Weights } from '../weights.ts';
import { targetedLayers } from './targets.ts';

/** Matrices of low rank beside layers that stay as they are. */
export interface Adapter {
  readonly config: LoraConfig;
  readonly layers: readonly DenseLayer[];
  /** `LAYER.lora_A.weight` (rank, inputs) and `LAYER.lora_B.weight` (outputs, rank), as PEFT names them. */
  readonly weights: ReadonlyMap<string, Variable>;
  /**
   * Adds what was learnt to the weights of the layers, which from then on are all there is to compute; at most once. What
   * was compiled before goes on as it did.
   */
  merge(): void;
}

const evaluation: ForwardOptions = { training: false };

export const adapterNames = (layer: string): { a: string; b: string } => ({
  a: `${layer}.lora_A.weight`,
  b: `${layer}.lora_B.weight`,
});

/**
 * The same model with an adapter of low rank (LoRA, Hu et al. 2021, arXiv:2106.09685): each layer meant answers
 * W·x + b + (alpha / rank) · B·A·dropout(x). A is drawn as PEFT draws it, uniform up to 1 / √inputs; B is zero, so that the
 * model begins as it was. All parameters are frozen but those of a head that tells classes apart.
 * @returns a model that owns the weights of the one given
 * @throws LoraProblem as {@link targetedLayers}; the model given is left as it was
 */
export function withAdapter(model: Model, config: LoraConfig, generator: RandomGenerator): Model {
  const layers = targetedLayers(config, {
    config: model.config,
    dense: planModel(model.config, model.task).dense,
  });
  const scale = config.alpha / config.rank;
  const own = new Weights(freshWeights(generator));
  const meant = new Set(layers.map(({ name }) => name));
  let options = evaluation;
  let merged = false;
  const adapterOf = ({ name, inputs, outputs }: DenseLayer): LayerAdapter | undefined => {
    if (!meant.has(name)) return undefined;
    const names = adapterNames(name);
    const a = own.parameter(names.a, [config.rank, inputs], { uniform: 1 / Math.sqrt(inputs) });
    const b = own.parameter(names.b, [outputs, config.rank], 'zeros');
    return (answered, rows) => {
      if (merged) return answered;
      const seen = dropout(rows, config.dropout, options);
      const narrow = tf.matMul(seen as Tensor2D, a as Tensor2D, false, true);
      return tf.add(answered, tf.mul(tf.matMul(narrow, b as Tensor2D, false, true), scale));
    };
  };
  const find = (name: string) => model.parameters.get(name) ?? model.buffers.get(name);
  const adapted = shareModel(model.config, model.task, find, adapterOf);
  freezeAllBut((name) => isHeadWeight(model.config, name), model);
  return {
    ...model,
    ...adapted,
    adapter: {
      config,
      layers,
      weights: own.parameters,
      merge() {
        if (merged) return;
        for (const layer of layers) mergeLayer(model, layer, own.parameters, scale);
        merged = true;
      },
    },
    forward(input, given) {
      // Layers are not told how they are run: only dropout asks, and only here.
      options = given;
      try {
        return adapted.forward(input, given);
      } finally {
        options = evaluation;
      }
    },
    dispose() {
      own.dispose();
      model.dispose();
    },
  };
}

function mergeLayer(
  model: Model,
  { name, inputsFirst }: DenseLayer,
  weights: ReadonlyMap<string, Variable>,
  scale: number,
): void {
  const names = adapterNames(name);
  const [a, b] = [weights.get(names.a) as Tensor2D, weights.get(names.b) as Tensor2D];
  const weight = model.parameters.get(`${name}.weight`)!;
  tf.tidy(() => {
    const product = inputsFirst ? tf.matMul(a, b, true, true) : tf.matMul(b, a);
    weight.assign(tf.add(weight, tf.mul(product, scale)));
  });
}

/** Numbers that are trained of a model with an adapter: the adapter's own, and those of its head. */
export function adaptedCount({ parameters, config, adapter }: Model): number {
  let count = 0;
  for (const variable of adapter?.weights.values() ?? []) count += variable.size;
  for (const [name, variable] of parameters) if (isHeadWeight(config, name)) count += variable.size;
  return count;
}
