import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { TaskShape } from '../data/dataset.ts';
import type { RandomSource } from '../device/random-source.ts';
import type { ModelConfig } from '../experiment/schema/schema.ts';
import type { Apart } from './apart.ts';
import type { Memory } from './layers/memory.ts';
import type { Adapter } from './lora/adapter.ts';

/** One batch as a model sees it; which tensors it holds depends on the data. */
export interface ModelInput {
  /** Images, (batch, height, width, channels), normalised. */
  readonly pixels?: Tensor;
  /** Token ids, (batch, length), int32. */
  readonly ids?: Tensor;
  /** 1 where a token is real, 0 where it is padding, which follows the real ones; (batch, length), float32. */
  readonly mask?: Tensor;
  /**
   * Where samples hold several documents: which of them each token belongs to, and where it stands in it; both (batch,
   * length), int32. No token sees one of another document.
   */
  readonly documents?: Tensor;
  readonly positions?: Tensor;
  /** Of two texts in a sample, which one a token is of, 0 or 1: (batch, length), int32; absent where there is one. */
  readonly segments?: Tensor;
}

export interface ForwardOptions {
  /** Dropout and batch statistics on. A teacher is always run with false. */
  readonly training: boolean;
  /** Needed where training is true and the model drops units. */
  readonly random?: RandomSource;
}

export interface ForwardResult {
  /** (batch, classes), or (batch, length, vocabulary) for language models. */
  readonly logits: Tensor;
  /** hiddenStates[0] is the embedding (or stem) output; hiddenStates[k] the output of layer k; there are layerCount + 1. */
  readonly hiddenStates: readonly Tensor[];
  /** Values of an ONNX graph that were asked for, by what was asked. */
  readonly named?: ReadonlyMap<string, Tensor>;
}

/** What a layer of a model that continues texts keeps of each token. */
export interface MemoryShape {
  /** Heads of keys and values. */
  readonly heads: number;
  readonly headSize: number;
}

/** Tokens to read after others. */
export interface FurtherTokens {
  /** (batch, new) int32 */
  readonly ids: Tensor;
  /** 1 where a token is real, of those read before and the new ones together: (batch, total) float32. */
  readonly mask: Tensor;
  /** Where the new ones stand in their texts: (batch, new) int32. */
  readonly positions: Tensor;
  /** What each layer kept of those before: (batch, heads, total − new, headSize). Left out: these are the first. */
  readonly past?: readonly Memory[];
  /** Which of the new ones are asked what follows them. Left out: all. */
  readonly predict?: 'all' | 'last';
}

/** A network whose parameters are tf.Variables with the names they have in its checkpoint. */
export interface Model {
  readonly config: ModelConfig;
  readonly task: TaskShape;
  /** The config.json in the Hugging Face layout it was loaded from, whose further keys are saved again. */
  readonly origin?: Readonly<Record<string, unknown>>;
  /** Hidden layers, embedding not counted. */
  readonly layerCount: number;
  /** Trained by the optimizer. */
  readonly parameters: ReadonlyMap<string, Variable>;
  /** Saved with the parameters but not trained, such as running means. */
  readonly buffers: ReadonlyMap<string, Variable>;
  /** Runs the network; assigns the running statistics when training. Call inside tf.tidy or a compiled step. */
  forward(input: ModelInput, options: ForwardOptions): ForwardResult;
  /** What {@link proceed} keeps of each token in every layer; models that continue texts have both. */
  readonly memory?: MemoryShape & { readonly layers: number };
  /**
   * Reads further tokens in evaluation, looking at what it kept of those before: what comes next costs one token, not
   * the whole text. Call inside tf.tidy or a compiled step.
   * @returns logits (batch, new, vocabulary), or (batch, 1, vocabulary) of the last one, and what each layer keeps of all
   *   tokens
   */
  proceed?(tokens: FurtherTokens): { readonly logits: Tensor; readonly memory: readonly Memory[] };
  /**
   * Set where the network is run as it is by a runtime: {@link forward} then hands on what it answered, within steps that
   * were compiled for such a model, and there are no parameters.
   */
  readonly apart?: Apart;
  /** What is trained beside frozen parameters; they alone are what is saved, once it was merged into them. */
  readonly adapter?: Adapter;
  /** One vector per sample of a hidden state, for exit heads and relations: [CLS], a global average, or the state itself. */
  pool(hiddenState: Tensor, input: ModelInput): Tensor;
  dispose(): void;
}

/** Numbers in all parameters (buffers are not counted), however they are stored. */
export function parameterCount(model: Model): number {
  if (model.apart) return model.apart.parameters;
  let count = 0;
  for (const variable of model.parameters.values()) count += variable.size;
  return count;
}
