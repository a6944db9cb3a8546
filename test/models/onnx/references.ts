import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostTensor } from '../../../src/device/device.ts';

/** A tensor as the scripts of test/reference write it. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export interface Answer {
  readonly logits: Numbers;
  readonly gradients: Readonly<Record<string, Numbers>>;
  readonly statistics?: Readonly<Record<string, Numbers>>;
}

export interface Reference extends Answer {
  readonly inputs: Readonly<Record<string, Numbers>>;
  readonly hidden: Readonly<Record<string, Numbers>>;
  readonly training?: Answer;
}

export const graphFolder = (name: string) => join(import.meta.dirname, '../../fixtures/onnx', name);
export const referenceOf = (name: string): Reference =>
  JSON.parse(readFileSync(join(graphFolder(name), 'reference.json'), 'utf8'));

/** What a model is given, images with their channels last. */
export function inputsOf({ inputs }: Reference): Record<string, HostTensor> {
  const { input_ids: ids, attention_mask: mask, pixel_values: pixels } = inputs;
  const given: Record<string, HostTensor> = {};
  if (ids) given.ids = { data: Int32Array.from(ids.data), shape: ids.shape, dtype: 'int32' };
  if (mask) given.mask = { data: Float32Array.from(mask.data), shape: mask.shape, dtype: 'float32' };
  if (pixels) {
    if (pixels.shape[3] === 3) {
      given.pixels = { data: Float32Array.from(pixels.data), shape: pixels.shape, dtype: 'float32' };
      return given;
    }
    const [batch, channels, height, width] = pixels.shape as [number, number, number, number];
    const data = new Float32Array(pixels.data.length);
    for (let image = 0; image < batch; image++)
      for (let channel = 0; channel < channels; channel++)
        for (let place = 0; place < height * width; place++)
          data[(image * height * width + place) * channels + channel] =
            pixels.data[(image * channels + channel) * height * width + place]!;
    given.pixels = { data, shape: [batch, height, width, channels], dtype: 'float32' };
  }
  return given;
}
