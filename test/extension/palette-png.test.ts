import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, encode } from 'fast-png';
import { withPalette } from '../editor/ui/gallery/palette-png.ts';

test('a picture of many shades keeps its size and the color of a mark of few pixels', () => {
  const [width, height] = [200, 100];
  const data = new Uint8Array(width * height * 3);
  // Shades of text, more than a palette holds.
  for (let at = 0; at < width * height; at++) {
    const shade = (at * 7) % 253;
    data.set([shade, shade, shade + (at % 3)], at * 3);
  }
  const marks = [
    [20, 118, 58],
    [0, 95, 184],
    [181, 69, 138],
  ];
  for (const [index, color] of marks.entries()) data.set(color, (40 + index) * 3);
  const small = decode(withPalette(encode({ width, height, data, channels: 3, depth: 8 })));
  assert.deepEqual([small.width, small.height], [width, height]);
  const { palette } = small;
  assert.ok(palette && palette.length <= 256, `${palette?.length} colors`);
  const colorAt = (at: number) => palette[small.data[at]!]!;
  for (const [index, color] of marks.entries()) assert.deepEqual([...colorAt(40 + index)].slice(0, 3), color);
  for (let at = 100; at < width * height; at += 97)
    for (const [channel, value] of colorAt(at).entries())
      assert.ok(
        channel > 2 || Math.abs(value - data[at * 3 + channel]!) < 24,
        `pixel ${at} is ${colorAt(at)}`,
      );
});
