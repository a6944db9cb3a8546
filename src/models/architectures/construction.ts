import type { Tensor } from '@tensorflow/tfjs-core';
import type { TaskShape } from '../../data/dataset.ts';
import type { ModelConfig } from '../../experiment/schema/schema.ts';
import type { PruneConfig } from '../../experiment/strategies/prune/record.ts';
import type { Cuts, ReadWeights } from '../cuts.ts';
import type { GgufForm } from '../gguf/form.ts';
import type { ModelDescription, RawConfig } from '../huggingface/description.ts';
import type { MapReaderOptions } from '../layers/map-reader.ts';
import type { ModelInput } from '../model.ts';
import type { Network } from '../network.ts';
import type { WeightRegistry } from '../weights.ts';

/**
 * What an architecture is once there are tensors, the other half of its record on the floor of experiments: everything
 * that builds, stores, cuts and copies models asks this. What is left out does not apply to the architecture.
 */
export interface Construction<C extends ModelConfig = ModelConfig> {
  /** @throws UserError if configuration and task do not go together. */
  network(config: C, task: TaskShape, weights: WeightRegistry): Network;
  /** What is to be written instead where the network does not fit the task, if that is known. */
  correction?(config: C, task: TaskShape): Correction | undefined;
  /**
   * What the names of the weights of a layer begin with.
   * @param layer 1 … layerCount, as in ForwardResult.hiddenStates
   */
  layerPrefixes(config: C, layer: number): readonly string[];
  /** Whether token types tell it which of two texts a token is of. Left out: never. */
  readsSegments?(config: C): boolean;
  /** Names of tables that are looked up in, not multiplied with. */
  readonly tables?: RegExp;
  readonly head: ClassHead<C> | TokenHead;
  /** The same with these of its layers, 1 … layerCount; left out where layers differ in shape. */
  withLayers?(config: C, layers: readonly number[]): C;
  /**
   * Whether all layers compute with the weights of one: fewer of them are less work then, not fewer weights, and each of a
   * teacher's is as good to begin with. Left out: never.
   */
  sharesLayers?(config: C): boolean;
  /**
   * What a layer does that its weights do not tell, as messages name it: "looks at all". Left out where all do the same.
   * @param layer 1 … layerCount
   */
  layerKind?(config: C, layer: number): string;
  /** How such a student can begin with layers of a teacher of another kind; undefined where it cannot. */
  adopted?(student: C, teacher: ModelConfig): Adoption | undefined;
  readonly pruning: Pruning<C>;
  /** Where transformers knows such models. */
  readonly huggingFace?: HuggingFaceLayout<C>;
  /** Where llama.cpp computes such models. */
  readonly gguf?: GgufForm<C>;
}

export interface Correction {
  readonly option: string;
  readonly code: string;
  /** Left out where no value would help. */
  readonly fix?: { readonly title: string; readonly value: unknown };
}

/** What stands on the last layer of a model that tells classes apart. */
export interface ClassHead<C extends ModelConfig = ModelConfig> {
  readonly answers: 'classes';
  /** Names of the weights that depend on the task alone, so that they can be drawn anew for other classes. */
  readonly weights: RegExp;
  /** Name of the last linear layer, whose outputs are the classes. */
  output(config: C): string;
  /** Which of several forms it has: heads of other forms are other functions, whatever their shapes. */
  form?(config: C): string | undefined;
  /** The first `layers` layers with a classifier on the pooled state of the last one. */
  truncated(config: C, layers: number, task: TaskShape): C;
  /** The same up to a value that was asked for by name; left out where layers have no names. */
  truncatedAt?(config: C, value: string, task: TaskShape): C;
  /**
   * What the classifier of a truncated model answers to the state it stands on while it is trained. Left out: a linear layer
   * on the pooled state, or on maps as readsMaps says.
   * @param weights are asked for those of the classifier, by the names they have in the truncated model
   */
  exit?(truncated: C, weights: WeightRegistry): (state: Tensor, input: ModelInput) => Tensor;
  /** How the classifier reads feature maps; left out where hidden states are vectors. */
  readsMaps?(config: C): Omit<MapReaderOptions, 'shape'>;
}

/** What stands on the last layer of a model that continues texts; it is bound to the vocabulary. */
export interface TokenHead {
  readonly answers: 'tokens';
  /** Name of the table that embeds tokens, and predicts them where `tieEmbeddings` says so. */
  readonly embeddings: string;
  /** Name of the matrix that predicts them elsewhere. */
  readonly predictor: string;
}

/** What weights of a student are called in a teacher of another kind. Its head is another function. */
export interface Adoption {
  /** @param name without the prefix of its layer */
  withinLayer(name: string): string;
  /** @param name of a weight outside of all layers */
  outside(name: string): string;
}

/** How whole units are taken away. */
export interface Pruning<C extends ModelConfig = ModelConfig> {
  /** @throws UserError if nothing would be left */
  smaller(config: C, sparsity: number): C;
  /** What the smaller model keeps of the weights: of every kind of unit the most important ones. */
  cuts(config: C, smaller: C, weights: ReadWeights, norm: PruneConfig['norm']): Cuts;
}

/** How transformers stores such models; weights have the names they have there. */
export interface HuggingFaceLayout<C extends ModelConfig = ModelConfig> {
  /** The values of `model_type` that are read. */
  readonly modelTypes: readonly string[];
  /** @throws UserError if the configuration is broken, or of a variant that is not built here. */
  read(type: string, raw: RawConfig, file: string): ModelDescription;
  /** Whether there is a place for such a configuration; left out where there always is. */
  fits?(config: C): boolean;
  /** The config.json by which transformers opens the model. */
  write(config: C, task: TaskShape, classNames: readonly string[] | undefined): Record<string, unknown>;
  /** What the names of all weights but the head's begin with, and lack in checkpoints without a head. */
  prefix(config: C): string;
  /** Names of stored weights below the prefix that the model does without. */
  readonly unused?: RegExp;
  /** Whether transformers 5 rebuilds the tokenizer of such models from its vocabulary, whatever its files say. */
  rebuildsTokenizer?(config: C): boolean;
}
