import { encode as encodePng } from 'fast-png';
import { type DataCondition, meets } from '../../answers/conditions.ts';
import { UserError } from '../../base/user-error.ts';
import type { Dataset } from '../../data/dataset.ts';
import { type Pixels, resized } from '../../data/images/pixels.ts';
import { openDataset } from '../../data/open-dataset.ts';
import { fingerprintOf } from '../../data/sample-fingerprint.ts';
import { tokenizerFileOf } from '../../data/text/tokenizers/checkpoint-tokenizer.ts';
import type { DatasetConfig } from '../../experiment/schema/schema.ts';
import { longestSample, mostColumns, type ShownSample } from './sample-schema.ts';

/** Whose test samples are to be shown. */
export interface TestSet {
  readonly dataset: DatasetConfig;
  /** Where its relative paths start. */
  readonly directory: string;
  /** The student's folder: its tokenizer made the ids that it was tested on. */
  readonly student: string;
  /** What fingerprintOf() gave when the models answered. */
  readonly samples: string;
}

interface Row {
  readonly text: string;
  readonly cut: boolean;
  readonly columns: readonly (readonly [string, string])[];
}

interface Opened {
  readonly dataset: Dataset;
  /** By position; of texts only. */
  readonly rows?: readonly Row[];
}

/** The last one: two runs side by side have the same. */
let remembered: { readonly key: string; readonly opened: Promise<Opened> } | undefined;

/**
 * Test samples as people look at them.
 * @throws UserError where they are not there any more, or are others than those the models answered to
 */
export async function showSamples(of: TestSet, positions: readonly number[]): Promise<ShownSample[]> {
  const { dataset, rows } = await open(of);
  return positions
    .filter((position) => position >= 0 && position < dataset.test.size)
    .map((position) => {
      const row = rows?.[position];
      const picture = dataset.test.picture?.(position);
      return {
        position,
        ...(row && {
          text: row.text,
          cut: row.cut,
          columns: row.columns.map(([name, value]) => [name, value]),
        }),
        ...(picture && { picture: dataUrl(picture), width: picture.width, height: picture.height }),
      };
    });
}

/**
 * Positions at which all conditions on the data hold, ascending.
 * @throws UserError as {@link showSamples}, or where the data have no texts or no such column
 */
export async function searchSamples(of: TestSet, conditions: readonly DataCondition[]): Promise<number[]> {
  const { rows } = await open(of);
  if (!rows)
    throw new UserError('The test samples are pictures: there is no text or column to look in.', {
      remedy: 'Filter by label, by what the models answered, or by how sure they are.',
    });
  const names = [...new Set(rows.flatMap(({ columns }) => columns.map(([name]) => name)))];
  for (const { column } of conditions)
    if (column !== null && !names.includes(column))
      throw new UserError(`The data have no column “${column}”.`, {
        remedy: names.length === 0 ? undefined : `There are ${names.join(', ')}.`,
      } as { remedy?: string });
  const found: number[] = [];
  for (const [position, { text, columns }] of rows.entries()) {
    const values = new Map(columns);
    const all = conditions.every((condition) =>
      meets(condition.column === null ? text : values.get(condition.column), condition),
    );
    if (all) found.push(position);
  }
  return found;
}

function open(of: TestSet): Promise<Opened> {
  const key = JSON.stringify(of);
  if (remembered?.key === key) return remembered.opened;
  const opened = openAnew(of);
  remembered = { key, opened };
  opened.catch(() => {
    if (remembered?.key === key) remembered = undefined;
  });
  return opened;
}

async function openAnew({ dataset: config, directory, student, samples }: TestSet): Promise<Opened> {
  const file = 'tokenizer' in config ? await tokenizerFileOf(student) : undefined;
  const dataset = await openDataset(
    file === undefined ? config : ({ ...config, tokenizer: { kind: 'file', file } } as DatasetConfig),
    directory,
  );
  const found = fingerprintOf(dataset);
  if (found.samples !== samples)
    throw new UserError(
      'The data has changed since the models answered: its test samples are others now, and are not shown. What was answered stays as it was kept.',
      { remedy: 'Put the data of that time back to see the samples.' },
    );
  if (dataset.test.picture) return { dataset };
  return { dataset, rows: await rowsOf(dataset, found.ids) };
}

/** The texts of the test samples: the rows they stand in, or else what the models read of them. */
async function rowsOf({ testRows, test, tokenizer }: Dataset, ids: Int32Array): Promise<Row[]> {
  const rows = new Array<Row>(ids.length);
  if (!testRows) {
    for (let position = 0; position < ids.length; position++) {
      const { input } = test.batch(Int32Array.of(position), 1);
      const tokens = [...input.ids!.data].filter((_, at) => input.mask!.data[at] === 1);
      rows[position] = { ...cutText(tokenizer?.decode(tokens) ?? ''), columns: [] };
    }
    return rows;
  }
  const positions = new Map(Array.from(ids, (id, position) => [id, position]));
  let id = testRows.firstId;
  for await (const { text, second, values } of testRows.read()) {
    const position = positions.get(id++);
    if (position === undefined) continue;
    const columns = Object.entries(values ?? {}).slice(0, mostColumns);
    rows[position] = {
      ...cutText(second === undefined ? text : `${text}\n\n${second}`),
      columns: columns.map(([name, value]) => [name, valueText(value)]),
    };
  }
  return rows;
}

function cutText(text: string): { text: string; cut: boolean } {
  const cut = text.length > longestSample;
  return { text: cut ? text.slice(0, longestSample) : text, cut };
}

const longestValue = 500;
const valueText = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  const text =
    typeof value === 'object' && !(value instanceof Date)
      ? JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? `${one}` : one))
      : value instanceof Date
        ? value.toISOString()
        : String(value);
  return text.slice(0, longestValue);
};

/** Pictures are shown small, whatever size models read them in. */
const mostSide = 160;

function dataUrl(picture: Pixels): string {
  const scale = Math.min(1, mostSide / Math.max(picture.height, picture.width));
  const side = (length: number) => Math.max(1, Math.round(length * scale));
  const { width, height, channels, data } = resized(picture, side(picture.height), side(picture.width));
  const png = encodePng({ width, height, channels, data, depth: 8 });
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
}
