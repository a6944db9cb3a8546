import type { HostTensor } from '../../src/device/device.ts';
import { RandomGenerator } from '../../src/device/random-generator.ts';
import type { Model } from '../../src/models/model.ts';

/** Random images or texts; the last token of each text is padding where there is more than one. */
export function batchOf({ task }: Model, batch: number, length: number): Record<string, HostTensor> {
  const generator = RandomGenerator.forUse(batch, 'inputs');
  if (task.image) {
    const shape = [batch, ...task.image];
    const size = shape.reduce((before, axis) => before * axis, 1);
    const data = Float32Array.from({ length: size }, () => 2 * generator.uniform() - 1);
    return { pixels: { data, shape, dtype: 'float32' } };
  }
  const shape = [batch, length];
  const { vocabulary } = task.text!;
  return {
    ids: {
      data: Int32Array.from({ length: batch * length }, () => generator.below(vocabulary)),
      shape,
      dtype: 'int32',
    },
    mask: {
      data: Float32Array.from({ length: batch * length }, (_, at) =>
        length > 1 && at % length === length - 1 ? 0 : 1,
      ),
      shape,
      dtype: 'float32',
    },
  };
}
