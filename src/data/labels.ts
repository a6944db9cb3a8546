import type { HostTensor } from '../device/device.ts';

/** The labels of samples, in the order of their source. */
export interface SampleLabels {
  readonly count: number;
  /** What splits keep the proportions of: for each sample one of so many `classes`. */
  readonly strata: Int32Array;
  readonly classes: number;
  /** The labels themselves, for hashes. */
  readonly content: Uint8Array | Int32Array;
  /**
   * As a batch holds them, the batch first.
   * @param samples one for each row
   * @param length tokens that texts are padded to
   */
  batch(samples: readonly number[], length: number): HostTensor;
}

/** One class each: (batch) int32. */
export const oneClassEach = (labels: Int32Array, classes: number): SampleLabels => ({
  count: labels.length,
  strata: labels,
  classes,
  content: labels,
  batch: (samples) => ({
    data: Int32Array.from(samples, (sample) => labels[sample]!),
    shape: [samples.length],
    dtype: 'int32',
  }),
});

/** A number each, as 32-bit floats hold it: (batch) float32. */
export const oneNumberEach = (labels: Float32Array): SampleLabels => ({
  count: labels.length,
  strata: new Int32Array(labels.length),
  classes: 1,
  content: new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength),
  batch: (samples) => ({
    data: Float32Array.from(samples, (sample) => labels[sample]!),
    shape: [samples.length],
    dtype: 'float32',
  }),
});

/** A yes or no to each of so many labels: (batch, labels) float32. @param sets 1 for yes, sample by sample */
export const severalEach = (sets: Uint8Array, labels: number): SampleLabels => {
  const count = sets.length / labels;
  return {
    count,
    strata: new Int32Array(count),
    classes: 1,
    content: sets,
    batch(samples) {
      const data = new Float32Array(samples.length * labels);
      for (const [row, sample] of samples.entries())
        data.set(sets.subarray(sample * labels, (sample + 1) * labels), row * labels);
      return { data, shape: [samples.length, labels], dtype: 'float32' };
    },
  };
};
