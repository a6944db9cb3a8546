// Which licences may be shipped inside an extension under MIT: those that ask for nothing but their text.

const allowed = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BSL-1.0',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Unlicense',
  'Zlib',
]);

/**
 * @param {string} expression SPDX
 * @returns why something under this licence is not shipped; undefined if it may be
 */
export function licenseProblem(expression) {
  const words = expression.replace(/^\((.*)\)$/, '$1');
  const all = words.split(' AND ');
  const any = words.split(' OR ');
  if ((all.length > 1 && any.length > 1) || /[()]/.test(words))
    return `"${expression}" mixes AND and OR: look at it, and teach build/licenses/rules.mjs to read it`;
  const isFine =
    any.length > 1 ? any.some((name) => allowed.has(name)) : all.every((name) => allowed.has(name));
  return isFine ? undefined : `"${expression}" is not among the licences in build/licenses/rules.mjs`;
}
