import type { OrtTensor } from '../runtime/tensor.ts';
import { tf } from '../tensorflow.ts';
import type { OnnxBackend } from './backend.ts';
import { arrayOf } from './graph/record.ts';
import { type HostArray, sameShape, sizeOf, type Value } from './graph/value.ts';
import { ortTensor } from './store.ts';

/** Every variable whose value a backend holds. */
export function liveVariables({ store }: OnnxBackend): tf.Variable[] {
  return Object.values(tf.engine().registeredVariables).filter((variable) => store.has(variable.dataId));
}

/** Gives a variable another value. Tensors that share the old one keep it; no tensor is added or dropped. */
export function setVariable(backend: OnnxBackend, variable: tf.Variable, value: Value): void {
  if (backend.store.references(variable.dataId) === 1) {
    backend.store.replace(variable.dataId, value);
    return;
  }
  const tensor = backend.tensor(value);
  variable.assign(tensor);
  tensor.dispose();
}

/** Gives a variable data of its own where it shares them, as with the tensor it was made of. */
export function part(backend: OnnxBackend, variable: tf.Variable): void {
  if (backend.store.references(variable.dataId) === 1) return;
  const value = backend.store.get(variable.dataId)!;
  value.escaped = true;
  setVariable(backend, variable, value);
}

/**
 * Memory for the next value of each variable. A step writes new values while it still reads the old ones, so a
 * variable that is assigned at each step alternates between two buffers.
 */
export class VariableBuffers {
  readonly #spare = new WeakMap<tf.Variable, OrtTensor>();

  /** Memory to write a new value into, as a tensor of this shape. */
  take(variable: tf.Variable, shape: readonly number[]): OrtTensor {
    const spare = this.#spare.get(variable);
    this.#spare.delete(variable);
    const type = variable.dtype as 'float32' | 'int32' | 'bool';
    if (spare && sameShape(spare.dims, shape)) return spare;
    return ortTensor((spare?.data as HostArray) ?? arrayOf(type, sizeOf(shape)), shape, type);
  }

  /** Takes the memory of a value that a variable no longer has, unless somebody may hold it. */
  giveBack(variable: tf.Variable, value: Value): void {
    if (!value.stored || value.escaped) return;
    if (value.stored.location === 'cpu') this.#spare.set(variable, value.stored);
    else value.stored.dispose();
  }
}
