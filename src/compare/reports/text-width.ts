/**
 * How wide a line of text will be at most in the usual sans-serif fonts, in pixels: the report does not know which of them
 * its reader has, so this follows the widest in common use (DejaVu Sans) and labels never run into each other.
 */
export function textWidth(text: string, font = '12px sans-serif'): number {
  const size = Number(/(\d+(?:\.\d+)?)px/.exec(font)?.[1] ?? 12);
  const bold = /bold|[6-9]00/.test(font) ? 1.09 : 1;
  let units = 0;
  for (const sign of text) units += widthOf(sign);
  return units * size * bold;
}

function widthOf(sign: string): number {
  if (/[ilIj.,:;'|!‘’]/.test(sign)) return 0.3;
  if (/[ftr\s()[\]{}/\\-]/.test(sign)) return 0.39;
  if (/[mwMW%@]/.test(sign)) return 0.95;
  if (/[A-Z]/.test(sign)) return 0.69;
  if (/[±×+=<>~−→…–]/.test(sign)) return 0.85;
  if (/\p{M}/u.test(sign)) return 0;
  return (sign.codePointAt(0) ?? 0) >= 0x1100 ? 1.05 : 0.63;
}
