import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { RandomGenerator } from '../device/random-generator.ts';
import { tf } from '../device/tensorflow.ts';
import { type Initializer, initialValues } from './initialization.ts';

/** Where the values of a weight come from when a model is built. */
export type WeightSource = (name: string, shape: readonly number[], initializer: Initializer) => Float32Array;

/** A layer that multiplies by a matrix, `NAME.weight`. */
export interface DenseLayer {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** Whether the matrix is (inputs, outputs), as GPT-2 has it, and not (outputs, inputs). */
  readonly inputsFirst: boolean;
}

/** Adds to what a layer answered, (rows, outputs), what an adapter makes of its input, (rows, inputs). */
export type LayerAdapter = (answered: Tensor, rows: Tensor) => Tensor;

/** What layers ask for their weights while a model is put together. */
export interface WeightRegistry {
  /** A weight the optimizer trains. */
  parameter(name: string, shape: readonly number[], initializer: Initializer): Variable;
  /** A value that is saved but not trained. */
  buffer(name: string, shape: readonly number[], initializer: Initializer): Variable;
  /** Each layer that multiplies by a matrix says so, and hears what adapts it, if anything does. */
  adapter?(layer: DenseLayer): LayerAdapter | undefined;
}

/** The weights of one model, by the names they have in its checkpoint. */
export class Weights implements WeightRegistry {
  readonly parameters = new Map<string, Variable>();
  readonly buffers = new Map<string, Variable>();
  readonly #source: WeightSource;

  constructor(source: WeightSource) {
    this.#source = source;
  }

  parameter(name: string, shape: readonly number[], initializer: Initializer): Variable {
    return this.#add(this.parameters, name, shape, initializer, true);
  }

  buffer(name: string, shape: readonly number[], initializer: Initializer): Variable {
    return this.#add(this.buffers, name, shape, initializer, false);
  }

  dispose(): void {
    for (const variable of [...this.parameters.values(), ...this.buffers.values()]) variable.dispose();
    this.parameters.clear();
    this.buffers.clear();
  }

  #add(
    target: Map<string, Variable>,
    name: string,
    shape: readonly number[],
    initializer: Initializer,
    trainable: boolean,
  ): Variable {
    if (this.parameters.has(name) || this.buffers.has(name)) throw new Error(`two weights are named ${name}`);
    const values = this.#source(name, shape, initializer);
    // Registered without a name: TensorFlow.js wants names to be unique over all models of the process.
    const variable = tf.tidy(() => tf.variable(tf.tensor(values, [...shape], 'float32'), trainable));
    target.set(name, variable);
    return variable;
  }
}

/** Weights that belong to another model: nothing is allocated, and whoever made them disposes of them. */
export class SharedWeights implements WeightRegistry {
  readonly parameters = new Map<string, Variable>();
  readonly buffers = new Map<string, Variable>();
  readonly #find: (name: string) => Variable | undefined;
  readonly adapter: WeightRegistry['adapter'];

  /** @param adapter what adapts a layer; left out: nothing does */
  constructor(find: (name: string) => Variable | undefined, adapter?: WeightRegistry['adapter']) {
    this.#find = find;
    this.adapter = adapter;
  }

  parameter(name: string, shape: readonly number[]): Variable {
    return this.#add(this.parameters, name, shape);
  }

  buffer(name: string, shape: readonly number[]): Variable {
    return this.#add(this.buffers, name, shape);
  }

  #add(target: Map<string, Variable>, name: string, shape: readonly number[]): Variable {
    const variable = this.#find(name);
    if (!variable || variable.shape.join() !== shape.join())
      throw new Error(`no weight ${name} of shape [${shape.join(', ')}] to share`);
    target.set(name, variable);
    return variable;
  }
}

/** Only the names and shapes of a model's weights: nothing is allocated, and its variables must not be used. */
export class WeightPlan implements WeightRegistry {
  readonly parameters = new Map<string, readonly number[]>();
  readonly buffers = new Map<string, readonly number[]>();
  readonly dense = new Map<string, DenseLayer>();

  parameter(name: string, shape: readonly number[]): Variable {
    this.parameters.set(name, shape);
    return undefined as unknown as Variable;
  }

  buffer(name: string, shape: readonly number[]): Variable {
    this.buffers.set(name, shape);
    return undefined as unknown as Variable;
  }

  adapter(layer: DenseLayer): undefined {
    this.dense.set(layer.name, layer);
    return undefined;
  }
}

/**
 * Fresh weights. Each is drawn from a generator named after it, so its values do not depend on which other weights the
 * model has or in which order they are made.
 */
export function freshWeights(generator: RandomGenerator): WeightSource {
  const seed = generator.below(Number.MAX_SAFE_INTEGER);
  return (name, shape, initializer) =>
    initialValues(initializer, shape, RandomGenerator.forUse(seed, `weight/${name}`));
}
