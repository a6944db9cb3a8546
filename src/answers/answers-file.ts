import { createHash } from 'node:crypto';
import { z } from 'zod';
import { UserError } from '../base/user-error.ts';
import type { KeptAnswers } from './kept-answers.ts';

/**
 * predictions.bin of a run directory: sixteen bytes (a mark, the version of the format and the length of the header, each of
 * the two 32 bits), the header as JSON, columns of numbers, and the SHA-256 of all that stands before it. All numbers are
 * little-endian; columns begin at multiples of eight bytes. Nothing in it depends on when or where it was written.
 */

/** Its name in a run directory. */
export const answersFileName = 'predictions.bin';

const mark = Buffer.from('dstlansw', 'latin1');
const version = 1;
const preludeBytes = 16;
const digestBytes = 32;
/** Names of ten thousand classes. */
const mostHeaderBytes = 4 << 20;
/** Answers of a few models to a million samples. */
export const mostAnswersBytes = 256 << 20;
const mostModels = 64;

const types = { int32: Int32Array, float32: Float32Array, uint8: Uint8Array, uint16: Uint16Array } as const;
type ColumnType = keyof typeof types;
type Column = Int32Array | Float32Array | Uint8Array | Uint16Array;

const name = z.string().min(1).max(255);
const columnSchema = z.object({
  name: z.string().max(300),
  type: z.enum(Object.keys(types) as [ColumnType, ...ColumnType[]]),
  length: z.int().min(0),
});

const headerSchema = z.object({
  kind: z.enum(['classes', 'losses']),
  unit: z.string().max(64),
  classNames: z.array(z.string().max(1000)).max(10_000),
  content: z.string().max(128),
  samples: z.string().max(128),
  compressed: z.boolean(),
  count: z.int().min(0),
  models: z.array(z.object({ name, kept: z.int().min(0).max(1000) })).max(mostModels),
  missing: z.array(z.object({ name, why: z.string().max(1000) })).max(mostModels),
  columns: z.array(columnSchema).max(4 * mostModels),
});

const padded = (bytes: number): number => Math.ceil(bytes / 8) * 8;
const longest = 1000;

/**
 * The file as bytes.
 * @throws UserError where it would be larger than what is read
 */
export function encodeAnswers(answers: KeptAnswers): Buffer {
  const { kind, unit, content, samples, compressed, ids, labels, lengths, models, missing } = answers;
  const columns: [string, Column][] = [['ids', ids]];
  if (labels) columns.push(['labels', labels]);
  if (lengths) columns.push(['lengths', lengths]);
  for (const [index, { losses, kept, classes, probabilities }] of models.entries()) {
    columns.push([`${index}.losses`, losses]);
    if (kept > 0)
      columns.push(
        [`${index}.classes`, narrow(classes, answers.classNames.length)],
        [`${index}.probabilities`, probabilities],
      );
  }
  const header = Buffer.from(
    JSON.stringify({
      ...{ kind, unit, content, samples, compressed },
      classNames: answers.classNames.map((one) => one.slice(0, longest)),
      count: ids.length,
      models: models.map(({ name, kept }) => ({ name, kept })),
      missing: [...missing],
      columns: columns.map(([name, { length }], index) => ({
        name,
        type: typeOf(columns[index]![1]),
        length,
      })),
    } satisfies z.input<typeof headerSchema>),
  );
  const body = padded(preludeBytes + header.length);
  const size = columns.reduce((sum, [, { byteLength }]) => sum + padded(byteLength), body) + digestBytes;
  if (header.length > mostHeaderBytes || size > mostAnswersBytes || models.length > mostModels)
    throw new UserError(
      `What ${models.length} models answered to ${ids.length.toLocaleString('en-US')} test samples takes ${size.toLocaleString('en-US')} bytes, and at most ${mostAnswersBytes.toLocaleString('en-US')} are kept.`,
      { remedy: 'Set "testLimit" to judge models by fewer samples.' },
    );
  const file = Buffer.alloc(size);
  mark.copy(file);
  file.writeUInt32LE(version, 8);
  file.writeUInt32LE(header.length, 12);
  header.copy(file, preludeBytes);
  let at = body;
  for (const [, column] of columns) {
    file.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), at);
    at += padded(column.byteLength);
  }
  createHash('sha256').update(file.subarray(0, at)).digest().copy(file, at);
  return file;
}

/** Classes that no answer has are 0 here: their probabilities are NaN. */
function narrow(classes: Int32Array, count: number): Column {
  if (count > 0x10000) return classes;
  const small = count > 0x100 ? new Uint16Array(classes.length) : new Uint8Array(classes.length);
  for (const [index, one] of classes.entries()) small[index] = Math.max(0, one);
  return small;
}

const typeOf = (column: Column): ColumnType =>
  (Object.keys(types) as ColumnType[]).find((type) => column instanceof types[type])!;

/** What a file says of itself, without its answers. */
export type AnswersHeader = Pick<
  z.output<typeof headerSchema>,
  'kind' | 'unit' | 'classNames' | 'compressed' | 'missing' | 'models' | 'count' | 'columns'
>;

/** Bytes at the beginning that say where the header ends. */
export const preludeLength = preludeBytes;

/**
 * The bytes of the header.
 * @param prelude the first bytes of the file
 * @throws UserError if it is no such file, or of a later version
 */
export function headerLength(prelude: Buffer, file: string): number {
  if (prelude.length < preludeBytes || !prelude.subarray(0, 8).equals(mark))
    throw damaged(file, 'it does not begin as such a file does');
  const found = prelude.readUInt32LE(8);
  if (found !== version)
    throw new UserError(`${file} was written by another version of Distillery (format ${found}).`, {
      remedy: 'Update Distillery to see what the models answered.',
      place: file,
    });
  const length = prelude.readUInt32LE(12);
  if (length > mostHeaderBytes) throw damaged(file, 'its header is cut off');
  return length;
}

/** @throws UserError if it does not say what it should */
export function decodeHeader(bytes: Buffer, file: string): z.output<typeof headerSchema> {
  const header = headerOf(bytes);
  if (!header) throw damaged(file, 'its header does not say what it should');
  return header;
}

const damaged = (file: string, what: string): UserError =>
  new UserError(`${file} is damaged: ${what}. The run itself is not.`, {
    remedy: 'Take it from a backup, or run the experiment again.',
    place: file,
  });

/**
 * What a file holds.
 * @param file its path, for messages
 * @throws UserError if it is damaged, or of a later version
 */
export function decodeAnswers(bytes: Buffer, file: string): KeptAnswers {
  const broken = (what: string) => damaged(file, what);
  const headerBytes = headerLength(bytes, file);
  const end = bytes.length - digestBytes;
  if (end < preludeBytes) throw broken('it is cut off');
  if (!createHash('sha256').update(bytes.subarray(0, end)).digest().equals(bytes.subarray(end)))
    throw broken('its checksum is another');
  if (headerBytes > end - preludeBytes) throw broken('its header is cut off');
  const header = decodeHeader(bytes.subarray(preludeBytes, preludeBytes + headerBytes), file);
  const columns = new Map<string, Column>();
  let at = padded(preludeBytes + headerBytes);
  for (const { name, type, length } of header.columns) {
    const Numbers = types[type];
    const size = length * Numbers.BYTES_PER_ELEMENT;
    if (at + padded(size) > end) throw broken(`its column ${name} is cut off`);
    // Copied: columns need not begin where their numbers may in memory.
    columns.set(name, new Numbers(Uint8Array.from(bytes.subarray(at, at + size)).buffer));
    at += padded(size);
  }
  const column = (name: string, length: number, floats: boolean): Column => {
    const found = columns.get(name);
    if (found?.length !== length || found instanceof Float32Array !== floats)
      throw broken(`its column ${name} is not as long as it should be`);
    return found;
  };
  const whole = (name: string, length = header.count) => Int32Array.from(column(name, length, false));
  const { count, classNames } = header;
  const models = header.models.map(({ name, kept }, index) => {
    const losses = column(`${index}.losses`, count, true) as Float32Array;
    if (kept === 0)
      return { name, losses, kept, classes: new Int32Array(0), probabilities: new Float32Array(0) };
    const probabilities = column(`${index}.probabilities`, count * kept, true) as Float32Array;
    const classes = whole(`${index}.classes`, count * kept);
    for (const [place, one] of classes.entries())
      if (Number.isNaN(probabilities[place])) classes[place] = -1;
      else if (one < 0 || one >= classNames.length) throw broken(`it names the class ${one}`);
    return { name, losses, kept, classes, probabilities };
  });
  const labels = columns.has('labels') ? whole('labels') : undefined;
  if (header.kind === 'classes' && (!labels || models.some(({ kept }) => kept === 0)))
    throw broken('it lacks what classifiers answer');
  if (labels?.some((label) => label < 0 || label >= classNames.length))
    throw broken('it has a label that is no class');
  const { kind, unit, content, samples, compressed, missing } = header;
  const lengths = columns.has('lengths') ? whole('lengths') : undefined;
  return {
    ...{ kind, unit, content, samples, compressed, missing, classNames, models, labels, lengths },
    ids: whole('ids'),
  };
}

function headerOf(bytes: Buffer): z.output<typeof headerSchema> | undefined {
  try {
    return headerSchema.safeParse(JSON.parse(bytes.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
