import type { TaskShape } from '../../data/dataset.ts';
import type { ModelConfig } from '../../experiment/schema/schema.ts';
import type { GgufValue } from './values.ts';

/** How models of an architecture are stored for llama.cpp, which computes them by code of its own. */
export interface GgufForm<C extends ModelConfig = ModelConfig> {
  /** Which of llama.cpp's models computes it: `general.architecture`, with which the keys below begin. */
  architecture(config: C): string;
  /** What of the model that one does not compute, as messages name it: "the activation relu". Undefined where it does. */
  beyond(config: C, task: TaskShape): string | undefined;
  /** Keys without the architecture before them. */
  keys(config: C, task: TaskShape): Readonly<Record<string, GgufValue>>;
  /** @param name of a weight of such a model */
  place(name: string, config: C): GgufPlace;
  /** Tensors of one axis that are no weights, by their names. */
  further?(config: C): Readonly<Record<string, Float32Array>>;
}

/** Where a weight lies in a GGUF file. */
export interface GgufPlace {
  readonly name: string;
  /** The model has it (inputs, outputs). */
  readonly transposed?: boolean;
  /** The outputs of each of so many heads are two halves, which are laid one between the other. */
  readonly interleaved?: number;
  /** Read for what it is, never multiplied with, so that it stays in float32. */
  readonly exact?: boolean;
  /** It predicts tokens, and is stored in no less than 8 bits: what is lost there falls on every answer. */
  readonly predicts?: boolean;
}

/** llama.cpp takes no more: LLAMA_MAX_LAYERS. */
export const mostGgufLayers = 512;
