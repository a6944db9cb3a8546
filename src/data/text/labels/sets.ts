import { UserError } from '../../../base/user-error.ts';
import { severalEach } from '../../labels.ts';
import type { LabelKind, LabelledFile } from '../labelled-dataset.ts';
import type { LabelOf } from '../labelled-texts.ts';
import { isNothing } from '../rows/left-out.ts';
import { inOrder, mostClasses } from './class-labels.ts';

/** Names of the labels of a row. */
export type LabelSet = readonly string[];

/**
 * The labels of a row, from a list or a text with something between them. An empty one has none of them.
 * @throws UserError where a label is no text or number, or stands twice
 */
export const setOfRow =
  (column: string, separator: string): LabelOf<LabelSet> =>
  (value, where, file) => {
    const wrong = (message: string, remedy: string) => new UserError(message, { remedy, place: file });
    const parts = Array.isArray(value)
      ? value
      : typeof value === 'string'
        ? value.split(separator).filter((part) => part.trim() !== '')
        : [value];
    const names = parts.map((part) => {
      if (typeof part === 'string' && part.trim() !== '') return part.trim();
      if (typeof part === 'bigint' || Number.isInteger(part)) return String(part);
      throw wrong(
        `The labels in column "${column}", ${where}, hold ${JSON.stringify(part) ?? typeof part}, which is no label.`,
        'Write a list of names, such as ["sports", "politics"], or names with the "separator" between them.',
      );
    });
    const twice = names.find((name, at) => names.indexOf(name) !== at);
    if (twice === undefined) return names;
    throw wrong(
      `The label "${twice}" stands twice in column "${column}", ${where}.`,
      'Name each label once.',
    );
  };

const yes = new Set(['1', 'true', 'yes']);
const no = new Set(['0', 'false', 'no']);

/**
 * The labels of a row that has a column for each of them, with a yes or no.
 * @throws UserError where a value is neither
 */
export const setOfColumns =
  (columns: readonly string[]): LabelOf<LabelSet> =>
  (values, where, file) =>
    columns.filter((column, at) => {
      const value = (values as readonly unknown[])[at];
      const word = String(value).trim().toLowerCase();
      if (yes.has(word) || no.has(word)) return yes.has(word);
      throw new UserError(
        `Column "${column}", ${where}, says neither yes nor no: ${isNothing(value) ? 'it is empty' : JSON.stringify(String(value).slice(0, 60))}.`,
        { remedy: 'Write 1 for texts that have the label, and 0 for the others.', place: file },
      );
    });

/**
 * Texts with any number of labels.
 * @param given the labels there are to be; left out, whatever labels are found.
 */
export const anyNumber = (given: readonly string[] | undefined): LabelKind<LabelSet> => ({
  task: 'text-multi-label',
  async train(from) {
    const classNames = given ?? (await foundIn(from));
    const sets = await setsOf(from, classNames);
    const labels = severalEach(sets, classNames.length);
    const unused = classNames.findIndex(
      (_, label) =>
        !Array.from({ length: labels.count }, (_, at) => sets[at * classNames.length + label]).includes(1),
    );
    if (unused >= 0)
      throw new UserError(`No text in ${from.file} has the label "${classNames[unused]}".`, {
        remedy: 'Take it out of "classes" or "labelColumns", or add texts that have it.',
        place: from.file,
      });
    return { labels, classNames, outputs: classNames.length };
  },
  test: async (from, { classNames }) => severalEach(await setsOf(from, classNames), classNames.length),
});

/** All labels of a file, numbers by size and names by letters. */
export async function foundIn({ read, file }: LabelledFile<LabelSet>): Promise<readonly string[]> {
  const found = new Set<string>();
  for await (const { label } of read()) for (const name of label) found.add(name);
  if (found.size >= 2 && found.size <= mostClasses) return inOrder(found, undefined);
  throw new UserError(
    found.size === 0
      ? `No row in ${file} has a label.`
      : found.size === 1
        ? `The only label in ${file} is "${[...found][0]}".`
        : `${file} has more than ${mostClasses} different labels.`,
    {
      remedy:
        found.size === 1
          ? 'Is there another "separator" between labels? Of one label that texts have or not, "text-classification" makes two classes.'
          : 'Name the column of the labels with "labelColumn".',
      place: file,
    },
  );
}

async function setsOf(
  { read, file }: LabelledFile<LabelSet>,
  classNames: readonly string[],
): Promise<Uint8Array> {
  const places = new Map(classNames.map((name, at) => [name, at]));
  const rows: Uint8Array[] = [];
  for await (const { label, place } of read()) {
    const row = new Uint8Array(classNames.length);
    for (const name of label) {
      const at = places.get(name);
      if (at === undefined) throw unknown(name, place, classNames, file);
      row[at] = 1;
    }
    rows.push(row);
  }
  if (rows.length > 0) return new Uint8Array(Buffer.concat(rows));
  throw new UserError(`${file} holds no row with a text and labels.`, {
    remedy: 'Name a file with texts, and their columns with "textColumn" and "labelColumn".',
    place: file,
  });
}

function unknown(name: string, place: string, names: readonly string[], file: string): UserError {
  const listed = names.slice(0, 10).map((one) => JSON.stringify(one));
  return new UserError(
    `The label ${JSON.stringify(name)} in ${place} is none of the labels ${listed.join(', ')}${names.length > 10 ? ' …' : ''}.`,
    { remedy: 'Correct it, or add it to the training texts and to "classes".', place: file },
  );
}
