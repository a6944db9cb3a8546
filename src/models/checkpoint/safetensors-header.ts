import { visit } from 'jsonc-parser';
import { z } from 'zod';
import { nestingOfJson } from '../../base/nesting.ts';
import { UserError } from '../../base/user-error.ts';

/** Element types of safetensors files that are read and written here, with the bytes of one element. */
export const elementBytes = { F32: 4, F16: 2, BF16: 2, F64: 8, I8: 1, U8: 1, I32: 4, I64: 8 } as const;
export type ElementType = keyof typeof elementBytes;

/** All that the format has: a file may hold tensors that no model of ours needs, and those are passed over. */
const storedBytes: Readonly<Record<string, number>> = {
  ...elementBytes,
  BOOL: 1,
  F8_E4M3: 1,
  F8_E4M3FNUZ: 1,
  F8_E5M2: 1,
  F8_E5M2FNUZ: 1,
  F8_E8M0: 1,
  F6_E2M3: 0.75,
  F6_E3M2: 0.75,
  F4: 0.5,
  I16: 2,
  U16: 2,
  U32: 4,
  U64: 8,
  C64: 8,
};

/** Where a tensor lies in a file. */
export interface TensorEntry {
  /** An {@link ElementType}, or one that is not read here. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** First byte after the header is 0. */
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly entries: ReadonlyMap<string, TensorEntry>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** As in the reference implementation: more than this is no header but an attack or a damaged file. */
export const longestHeader = 100_000_000;

/** A header is a map of tensors, each with lists of numbers. */
const deepest = 8;
const size = z.int().min(0);
const entrySchema = z.strictObject({
  dtype: z.string(),
  shape: z.array(size).max(32),
  data_offsets: z.tuple([size, size]),
});
const metadataSchema = z.record(z.string(), z.string());

/**
 * Reads the JSON header of a safetensors file and trusts none of it: every tensor must have a known type, offsets that
 * fit its shape, and a place of its own, and together they must fill the file.
 * @param dataBytes bytes that follow the header
 * @throws UserError naming the file and the tensor
 */
export function parseHeader(bytes: Uint8Array, dataBytes: number, file: string): SafetensorsHeader {
  const text = decode(bytes, file);
  const parsed = parseJson(text, file);
  refuseDuplicates(text, file);
  const entries = new Map<string, TensorEntry>();
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(parsed)) {
    if (name === '__metadata__') {
      const result = metadataSchema.safeParse(value);
      if (!result.success) throw broken(file, 'its __metadata__ is not a map of texts');
      metadata = result.data;
    } else entries.set(name, parseEntry(name, value, dataBytes, file));
  }
  checkLayout(entries, dataBytes, file);
  return { entries, metadata };
}

function decode(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw broken(file, 'its header is not UTF-8 text');
  }
}

function parseJson(text: string, file: string): object {
  if (nestingOfJson(text) > deepest) throw broken(file, 'its header nests far deeper than any header does');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw broken(file, 'its header is not JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw broken(file, 'its header is not a JSON object');
  return parsed;
}

/** JSON.parse keeps the last of two equal keys and says nothing. */
function refuseDuplicates(text: string, file: string): void {
  const open: Set<string>[] = [];
  visit(text, {
    onObjectBegin: () => {
      open.push(new Set());
    },
    onObjectEnd: () => {
      open.pop();
    },
    onObjectProperty: (name) => {
      const keys = open.at(-1)!;
      if (keys.has(name)) throw broken(file, `"${name}" stands twice in its header`);
      keys.add(name);
    },
  });
}

function parseEntry(name: string, value: unknown, dataBytes: number, file: string): TensorEntry {
  const result = entrySchema.safeParse(value);
  if (!result.success)
    throw broken(file, `the header entry of tensor "${name}" lacks a valid dtype, shape or data_offsets`);
  const { dtype, shape, data_offsets } = result.data;
  const [begin, end] = data_offsets;
  if (!Object.hasOwn(storedBytes, dtype))
    throw new UserError(`${file}: tensor "${name}" has the element type ${dtype}, which is not known.`, {
      remedy: `Convert it to one of ${Object.keys(elementBytes).join(', ')}.`,
      place: file,
    });
  if (begin > end || end > dataBytes)
    throw broken(
      file,
      `tensor "${name}" lies at bytes ${begin} to ${end}, but only ${dataBytes} bytes follow the header`,
    );
  const bytes = shape.reduce((product, length) => product * length, storedBytes[dtype]!);
  if (bytes !== end - begin)
    throw broken(
      file,
      `tensor "${name}" of shape [${shape.join(', ')}] and type ${dtype} takes ${bytes} bytes, but its offsets give it ${end - begin}`,
    );
  return { dtype, shape, begin, end };
}

function checkLayout(entries: ReadonlyMap<string, TensorEntry>, dataBytes: number, file: string): void {
  let at = 0;
  let previous = '';
  const inOrder = [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  for (const [name, { begin, end }] of inOrder) {
    if (begin < at) throw broken(file, `tensors "${previous}" and "${name}" overlap`);
    if (begin > at) throw broken(file, `bytes ${at} to ${begin} belong to no tensor`);
    at = end;
    previous = name;
  }
  if (at !== dataBytes) throw broken(file, `bytes ${at} to ${dataBytes} belong to no tensor`);
}

/** A file that is not what it claims to be, for whatever reason. */
export function broken(file: string, why: string): UserError {
  return new UserError(`${file} is not a valid safetensors file: ${why}.`, {
    remedy: 'Download or save it again; it may be truncated or not be a safetensors file at all.',
    place: file,
  });
}
