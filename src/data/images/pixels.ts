/** A decoded image: unsigned bytes, (height, width, channels) with one channel or three. */
export interface Pixels {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

/** Grey by the luma of ITU-R BT.601, in the whole numbers that Pillow uses; or grey in all three channels. */
export function withChannels(image: Pixels, channels: 1 | 3): Pixels {
  if (image.channels === channels) return image;
  const count = image.height * image.width;
  const data = new Uint8Array(count * channels);
  for (let pixel = 0; pixel < count; pixel++) {
    if (channels === 3) data.fill(image.data[pixel]!, pixel * 3, pixel * 3 + 3);
    else {
      const [red, green, blue] = image.data.subarray(pixel * 3, pixel * 3 + 3) as unknown as number[];
      data[pixel] = (red! * 19595 + green! * 38470 + blue! * 7471 + 0x8000) >> 16;
    }
  }
  return { ...image, channels, data };
}

interface Tap {
  readonly first: number;
  readonly weights: readonly number[];
}

/** For each output, which inputs it takes and how much of each: a triangle as wide as the scale, so that nothing aliases. */
function taps(from: number, to: number): Tap[] {
  const scale = from / to;
  const reach = Math.max(scale, 1);
  return Array.from({ length: to }, (_, index) => {
    const centre = (index + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - reach + 0.5));
    const last = Math.min(from, Math.floor(centre + reach + 0.5));
    const weights = Array.from({ length: last - first }, (_, at) =>
      Math.max(0, 1 - Math.abs((first + at + 0.5 - centre) / reach)),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

/** Bilinear, and averaging where the image becomes smaller, as Pillow does; the proportions may change. */
export function resized(image: Pixels, height: number, width: number): Pixels {
  if (image.height === height && image.width === width) return image;
  const { channels } = image;
  const columns = taps(image.width, width);
  const rows = taps(image.height, height);
  const narrow = new Float32Array(image.height * width * channels);
  for (let y = 0; y < image.height; y++)
    for (let x = 0; x < width; x++)
      for (let channel = 0; channel < channels; channel++) {
        const { first, weights } = columns[x]!;
        const start = (y * image.width + first) * channels + channel;
        let sum = 0;
        for (let at = 0; at < weights.length; at++) sum += weights[at]! * image.data[start + at * channels]!;
        narrow[(y * width + x) * channels + channel] = sum;
      }
  const data = new Uint8Array(height * width * channels);
  const row = width * channels;
  for (let y = 0; y < height; y++) {
    const { first, weights } = rows[y]!;
    for (let at = 0; at < row; at++) {
      let sum = 0;
      for (let tap = 0; tap < weights.length; tap++) sum += weights[tap]! * narrow[(first + tap) * row + at]!;
      data[y * row + at] = Math.min(255, Math.round(sum));
    }
  }
  return { height, width, channels, data };
}
