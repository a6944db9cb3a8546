import type { Random } from '../frame/random.ts';
import type { Parser } from './parser.ts';

/** No input is longer: long ones find little that short ones do not, and take their time. */
export const longestInput = 1 << 16;

type Word = string | Buffer;

/** Numbers at the edge of what some reader can hold. */
const edges = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];
const hostileTexts: readonly string[] = [
  '',
  '\0',
  '\u202e',
  '\ufeff',
  '\ud800',
  '__proto__',
  'constructor',
  'toString',
  '../../../etc/passwd',
  'ﬀ',
  'İ',
  '=1+1',
  '-1',
  '1e400',
  '9007199254740993',
  '\r',
  '\n',
  '\t',
  '"',
  "'",
  '\\',
  '𝕏',
];
const hostileValues: readonly unknown[] = [
  null,
  true,
  [],
  {},
  '',
  0,
  -0,
  -1,
  0.5,
  1e308,
  2 ** 31,
  2 ** 32,
  2 ** 53 - 1,
  2 ** 53,
  -(2 ** 53),
  Number.MIN_VALUE,
  [[]],
  { '': '' },
];

/** Changes an input in one to a few places. @param others of the same parser, to take parts of */
export function mutated(
  input: Buffer,
  { form, words = [] }: Pick<Parser, 'form' | 'words'>,
  others: readonly Buffer[],
  random: Random,
): Buffer {
  let changed = input;
  for (let times = 1 + random.below(random.chance(0.2) ? 12 : 3); times > 0; times--) {
    const json = form === 'json' && random.chance(0.7) ? changedJson(changed, words, random) : undefined;
    changed = json ?? changedBytes(changed, words, others, random);
  }
  return changed.subarray(0, longestInput);
}

const ways = [
  'flip',
  'set',
  'edge',
  'cut',
  'repeat',
  'move',
  'word',
  'word',
  'splice',
  'end',
  'number',
] as const;

function changedBytes(
  input: Buffer,
  words: readonly Word[],
  others: readonly Buffer[],
  random: Random,
): Buffer {
  const at = random.below(input.length + 1);
  const some = random.below(Math.min(input.length - at, random.chance(0.2) ? 4096 : 32) + 1);
  const piece = input.subarray(at, at + some);
  const put = (content: Buffer, over = 0) =>
    Buffer.concat([input.subarray(0, at), content, input.subarray(at + over)]);
  switch (random.pick(ways)) {
    case 'flip':
      return put(Buffer.from([(input[at] ?? 0) ^ (1 << random.below(8))]), 1);
    case 'set':
      return put(Buffer.from([random.below(256)]), random.below(2));
    case 'edge':
      return put(numberBytes(random), random.chance(0.8) ? 4 : 0);
    case 'cut':
      return put(Buffer.alloc(0), some);
    case 'repeat':
      return put(repeated(piece, random));
    case 'move': {
      const rest = Buffer.concat([input.subarray(0, at), input.subarray(at + some)]);
      const to = random.below(rest.length + 1);
      return Buffer.concat([rest.subarray(0, to), piece, rest.subarray(to)]);
    }
    case 'word':
      return put(
        Buffer.from(random.pick([...words, ...hostileTexts]) as string),
        random.chance(0.5) ? some : 0,
      );
    case 'splice': {
      const other = random.pick(others);
      const from = random.below(other.length + 1);
      return put(other.subarray(from, from + random.below(256)), random.chance(0.5) ? input.length : some);
    }
    case 'end':
      return input.subarray(0, at);
    case 'number':
      return changedNumber(input, random) ?? put(piece);
  }
}

function numberBytes(random: Random): Buffer {
  const bytes = Buffer.alloc(8);
  const value = random.pick(edges);
  const size = random.pick([1, 2, 4, 8]);
  if (random.chance(0.5)) bytes.writeUInt32LE(value);
  else bytes.writeUInt32BE(value, size > 4 ? 4 : 0);
  return bytes.subarray(0, size);
}

/** Sometimes so often that it becomes long. */
function repeated(piece: Buffer, random: Random): Buffer {
  const times = random.chance(0.1) ? random.below(2000) : random.below(8);
  const fits = Math.min(times, Math.ceil(longestInput / Math.max(1, piece.length)));
  return Buffer.concat(Array.from({ length: fits }, () => piece));
}

/** Writes another number in the place of one that is written in digits. */
function changedNumber(input: Buffer, random: Random): Buffer | undefined {
  const numbers = [...input.toString('latin1').matchAll(/-?\d+(\.\d+)?/g)];
  if (numbers.length === 0) return undefined;
  const { 0: text, index } = random.pick(numbers);
  const value = random.pick([
    random.pick(edges),
    -random.pick(edges),
    2 ** 53,
    1e308,
    '1e999',
    '-0',
    `${text}0`,
    '0.1',
  ]);
  return Buffer.concat([
    input.subarray(0, index),
    Buffer.from(String(value)),
    input.subarray(index + text.length),
  ]);
}

/** Changes one value of a JSON text; undefined where it is none. */
function changedJson(input: Buffer, words: readonly Word[], random: Random): Buffer | undefined {
  let value: unknown;
  try {
    value = JSON.parse(input.toString());
  } catch {
    return undefined;
  }
  const places: { readonly holder: Record<string, unknown>; readonly key: string }[] = [];
  const root = { value };
  collect(root as Record<string, unknown>, places);
  const { holder, key } = random.pick(places);
  changeAt(holder, key, random.pick(places), words, random);
  // What was put into itself has no end.
  try {
    return Buffer.from(JSON.stringify(root.value) ?? 'null');
  } catch {
    return undefined;
  }
}

function collect(
  holder: Record<string, unknown>,
  places: { holder: Record<string, unknown>; key: string }[],
): void {
  for (const key of Object.keys(holder)) {
    places.push({ holder, key });
    const inner = holder[key];
    if (typeof inner === 'object' && inner !== null && places.length < 5000)
      collect(inner as Record<string, unknown>, places);
  }
}

function changeAt(
  holder: Record<string, unknown>,
  key: string,
  other: { readonly holder: Record<string, unknown>; readonly key: string },
  words: readonly Word[],
  random: Random,
): void {
  const word = () => String(random.pick([...words, ...hostileTexts]));
  const put = (name: string, value: unknown) =>
    Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true });
  switch (random.below(9)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete holder[key];
      break;
    case 1:
      put(Array.isArray(holder) ? String(holder.length) : word(), holder[key]);
      break;
    case 2:
      put(key, other.holder[other.key]);
      break;
    case 3:
      put(key, word());
      break;
    case 4:
      put(key, nested(random));
      break;
    case 5:
      put(key, typeof holder[key] === 'number' ? random.pick(edges) : [holder[key], holder[key]]);
      break;
    case 6:
      put(key, word().repeat(random.below(200)));
      break;
    default:
      put(key, random.pick(hostileValues));
  }
}

function nested(random: Random): unknown {
  let value: unknown = random.pick(hostileValues);
  for (let depth = random.pick([2, 9, 70, 3000]); depth > 0; depth--)
    value = depth % 2 ? [value] : { a: value };
  return value;
}
