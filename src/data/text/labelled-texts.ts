import { UserError } from '../../base/user-error.ts';
import { isNothing, type RowTally } from './rows/left-out.ts';
import { readRows } from './rows/rows.ts';

/** @typeParam L what a label is */
export interface LabelledText<L = string> {
  readonly text: string;
  /** What goes with it, where samples are pairs of texts. */
  readonly second?: string;
  readonly label: L;
  /** For messages: 'line 7 of mails.csv'. */
  readonly place: string;
  /** What else stands in its row, where that was asked for. */
  readonly values?: Readonly<Record<string, unknown>>;
}

/**
 * Reads a source from its beginning, each time it is called.
 * @param whole whether the other columns of its rows are wanted too
 */
export type ReadLabelled<L = string> = (whole?: boolean) => AsyncIterable<LabelledText<L>>;

/** Where a table has its texts and labels. */
export interface LabelledColumns {
  /** One, or two whose texts go together. */
  readonly texts: readonly string[];
  /** One, or several whose values are the label together. */
  readonly label: string | readonly string[];
}

/**
 * The label of a row.
 * @param where 'line 7 of mails.csv'
 * @throws UserError where the value is none
 */
export type LabelOf<L> = (value: unknown, where: string, file: string) => L;

/**
 * Texts and labels of a table. Rows that lack one are left out and counted.
 * @param lacksLabel whether a row has no label; left out: where there is nothing in its column
 * @throws UserError where a text or a label is of a kind that cannot be one.
 */
export function labelledTable<L>(
  file: string,
  { texts: textColumns, label: labelColumn }: LabelledColumns,
  tally: RowTally,
  labelOf: LabelOf<L>,
  lacksLabel = isNothing,
): ReadLabelled<L> {
  return async function* (whole = false) {
    tally.begin();
    const columns = [...textColumns, ...[labelColumn].flat()];
    for await (const { values, place } of readRows(file, whole ? { andOthers: columns } : columns)) {
      const where = `${place} of ${file}`;
      const found = textColumns.map((column) => values[column]);
      const label =
        typeof labelColumn === 'string' ? values[labelColumn] : labelColumn.map((one) => values[one]);
      const texts = found.map((text) => !isNothing(text));
      if (!tally.keeps({ texts, label: !lacksLabel(label), place })) continue;
      const [text, second] = found.map((one, at) => textOf(one, textColumns[at]!, where, file));
      const others = Object.entries(values).filter(([column]) => !columns.includes(column));
      yield {
        text: text!,
        ...(second !== undefined && { second }),
        label: labelOf(label, where, file),
        place: where,
        ...(whole && { values: Object.fromEntries(others) }),
      };
    }
  };
}

/**
 * A class, by its name.
 * @param classNames what the numbers in the column are the numbers of
 */
export const classOfRow =
  (column: string, classNames?: readonly string[]): LabelOf<string> =>
  (value, where, file) => {
    const name = labelName(value, column, where, file);
    return classNames ? nameOf(name, classNames, where, file) : name;
  };

/** @throws UserError if it is no text */
export function textOf(value: unknown, column: string, where: string, file: string): string {
  if (typeof value === 'string') return value;
  throw new UserError(`There is no text in column "${column}", ${where}: a ${typeof value} instead.`, {
    remedy: 'Name the column of the texts with "textColumn" or "textColumns", or take such rows out.',
    place: file,
  });
}

/** The class of a number. Those who publish a test set without its labels write −1 in their place. */
function nameOf(label: string, names: readonly string[], where: string, file: string): string {
  const name = names[Number(label)] ?? names.find((candidate) => candidate.trim() === label);
  if (name !== undefined) return name;
  throw new UserError(
    `The label ${label} in ${where} is none of the ${names.length} classes that the file names, 0 to ${names.length - 1}.`,
    {
      remedy:
        label === '-1'
          ? 'This looks like a test set that was published without labels: name a file that has them.'
          : 'Correct the label, or write the file again with all names of its classes.',
      place: file,
    },
  );
}

function labelName(value: unknown, column: string, where: string, file: string): string {
  if (typeof value === 'string') return value.trim();
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number' && Number.isInteger(value)) return String(value);
  const found =
    typeof value === 'number' ? `${value}, which is not a whole number` : `a ${typeof value} instead`;
  throw new UserError(`There is no label in column "${column}", ${where}: ${found}.`, {
    remedy: 'Labels are whole numbers or names. Name their column with "labelColumn", or take such rows out.',
    place: file,
  });
}
