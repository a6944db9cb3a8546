import type { Measure } from './column-widths.ts';

const most = 20_000;

/**
 * Measures texts in the fonts of the page. Digits are all of one width there, so that figures that differ in their digits
 * alone are measured once.
 */
export function pageMeasure(): Measure {
  const { fontFamily, fontSize } = getComputedStyle(document.body);
  const fonts = {
    plain: `400 ${fontSize} ${fontFamily}`,
    bold: `600 ${fontSize} ${fontFamily}`,
    chip: `400 ${0.88 * Number.parseFloat(fontSize)}px ${fontFamily}`,
  };
  const pen = document.createElement('canvas').getContext('2d')!;
  const known = new Map<string, number>();
  return (text, weight) => {
    const shape = text.replace(/\d/g, '0');
    const key = `${weight} ${shape}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    if (known.size > most) known.clear();
    pen.font = fonts[weight];
    const { width } = pen.measureText(shape);
    known.set(key, width);
    return width;
  };
}
