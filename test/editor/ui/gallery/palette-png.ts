import { decode, encode } from 'fast-png';

/** A quarter of what a picture of a window has otherwise, and to the eye the same. */
const mostColors = 256;

/** The picture with a palette of 256 of its colors at most; the others become the nearest of those. */
export function withPalette(png: Uint8Array): Uint8Array {
  const { width, height, data, channels } = decode(png);
  const pixels = Array.from({ length: width * height }, (_, index) => colorAt(data, index * channels));
  const counts = new Map<number, number>();
  for (const color of pixels) counts.set(color, (counts.get(color) ?? 0) + 1);
  const palette = paletteOf(counts).map(parts);
  const nearest = new Map<number, number>();
  const indexOf = (color: number) => {
    let index = nearest.get(color);
    if (index === undefined) {
      index = closest(parts(color), palette);
      nearest.set(color, index);
    }
    return index;
  };
  return encode(
    { width, height, channels: 1, depth: 8, palette, data: Uint8Array.from(pixels, indexOf) },
    { zlib: { level: 9 } },
  );
}

/** The most frequent color of each hue, so that none is lost that marks little, and then the most frequent of all. */
function paletteOf(counts: ReadonlyMap<number, number>): number[] {
  const byCount = [...counts].sort(([, one], [, other]) => other - one).map(([color]) => color);
  const hues = new Map<number, number>();
  for (const color of byCount) if (!hues.has(color & 0xe0e0e0)) hues.set(color & 0xe0e0e0, color);
  return [...new Set([...[...hues.values()].slice(0, mostColors / 2), ...byCount])].slice(0, mostColors);
}

type Color = [number, number, number];

const colorAt = (data: ArrayLike<number>, at: number): number =>
  (data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!;

const parts = (color: number): Color => [color >> 16, (color >> 8) & 255, color & 255];

function closest([red, green, blue]: Color, palette: readonly Color[]): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const [index, [r, g, b]] of palette.entries()) {
    const distance = (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
    if (distance < least) [best, least] = [index, distance];
  }
  return best;
}
