import { OnnxBackend } from './onnx/backend.ts';
import type { HostArray } from './onnx/graph/value.ts';
import { Value } from './onnx/graph/value.ts';
import { tf } from './tensorflow.ts';

/**
 * A tensor whose numbers come from JavaScript: inside a compiled step a leaf that is refilled at each replay, outside
 * just a tensor. `fill` is called once per run, in the order in which the step made its host inputs.
 * @param fill returns as many numbers as the shape says; the array may be reused once the run is over.
 */
export function hostInput(
  shape: readonly number[],
  dtype: 'float32' | 'int32' | 'bool',
  fill: () => Float32Array | Int32Array | Uint8Array,
): tf.Tensor {
  const backend = tf.backend();
  if (!(backend instanceof OnnxBackend) || !backend.recording) return tf.tensor(fill(), [...shape], dtype);
  const value = new Value(shape, dtype);
  if (value.size === 0) return tf.tensor([], [...shape], dtype);
  backend.recording.hostInputs.push({ value, fill: fill as () => HostArray });
  return backend.tensor(value);
}
