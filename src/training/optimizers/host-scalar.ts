import type { HostTensor } from '../../device/device.ts';

/** A number as the input of a compiled step. */
export const hostScalar = (value: number): HostTensor => ({
  data: Float32Array.of(value),
  shape: [],
  dtype: 'float32',
});
