import { UserError } from '../../../base/user-error.ts';
import type { DataRemark } from '../../dataset.ts';
import { oneNumberEach } from '../../labels.ts';
import type { LabelKind } from '../labelled-dataset.ts';
import type { LabelOf, ReadLabelled } from '../labelled-texts.ts';

const written = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * The number of a row, written with a point.
 * @throws UserError where there is none, or 32 bits cannot hold it
 */
export const numberOfRow =
  (column: string): LabelOf<number> =>
  (value, where, file) => {
    const number =
      typeof value === 'number' || typeof value === 'bigint'
        ? Number(value)
        : typeof value === 'string' && written.test(value.trim())
          ? Number(value)
          : Number.NaN;
    if (Number.isFinite(Math.fround(number))) return number;
    const shown = JSON.stringify(typeof value === 'bigint' ? `${value}` : value) ?? `${value}`;
    throw new UserError(
      `The label in column "${column}", ${where}, is no number: ${shown.length > 60 ? `${shown.slice(0, 60)}…` : shown}.`,
      {
        remedy:
          typeof value === 'string' && /^[+-]?\d+,\d+$/.test(value.trim())
            ? 'Write it with a point, as in 3.5.'
            : 'Correct it, name the column of the numbers with "labelColumn", or take the row out. Of names "text-classification" makes classes.',
        place: file,
      },
    );
  };

/** Texts with a number each. */
export const oneNumber: LabelKind<number> = {
  task: 'text-regression',
  async train({ read, file }) {
    const numbers = await numbersOf(read, file);
    if (numbers.every((number) => number === numbers[0]))
      throw new UserError(`Every text in ${file} has the number ${numbers[0]}: there is nothing to learn.`, {
        remedy: 'Name the column of the numbers with "labelColumn", or a file with different ones.',
        place: file,
      });
    return { labels: oneNumberEach(numbers), classNames: [], outputs: 1, remarks: farFromOne(numbers) };
  },
  test: async ({ read, file }) => oneNumberEach(await numbersOf(read, file)),
};

async function numbersOf(read: ReadLabelled<number>, file: string): Promise<Float32Array> {
  const numbers: number[] = [];
  for await (const { label } of read()) numbers.push(label);
  if (numbers.length > 0) return Float32Array.from(numbers);
  throw new UserError(`${file} holds no row with a text and a number.`, {
    remedy: 'Name a file with texts and numbers, and their columns with "textColumn" and "labelColumn".',
    place: file,
  });
}

/** A fresh model answers about 0, and steps are as large as errors: far numbers are learned late or not at all. */
const farthest = 30;

function farFromOne(numbers: Float32Array): DataRemark[] {
  const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const spread = Math.sqrt(numbers.reduce((sum, number) => sum + (number - mean) ** 2, 0) / numbers.length);
  const size = Math.hypot(mean, spread);
  if (size <= farthest && spread >= 1 / farthest) return [];
  const short = (value: number) => Number(value.toPrecision(3)).toString();
  return [
    {
      message: `The labels have a mean of ${short(mean)} and a standard deviation of ${short(spread)}; models learn numbers around 1 best. Dividing them by ${short(10 ** Math.round(Math.log10(size > farthest ? size : spread)))} would help.`,
    },
  ];
}
