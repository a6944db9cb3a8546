import { UserError } from '../../../base/user-error.ts';
import type { ReadLabelled } from '../labelled-texts.ts';

/** Columns with more distinct values hold something else than classes. */
export const mostClasses = 10_000;

export interface ClassLabels {
  readonly classNames: readonly string[];
  /** Class of each text, in the order of the source. */
  readonly labels: Int32Array;
}

/** As the file has them where it names its classes; else numbers by size, names by letters. */
export function inOrder(names: Iterable<string>, known: readonly string[] | undefined): string[] {
  const all = [...names];
  if (known) return known.filter((name) => all.includes(name));
  return all.every((name) => /^-?\d+$/.test(name))
    ? all.sort((a, b) => Number(a) - Number(b))
    : all.sort((a, b) => (a < b ? -1 : 1));
}

/**
 * Reads the labels of the training texts.
 * @param given the classes there are to be; left out, whatever labels are found.
 * @param known names of the classes in their order, where the file itself has them
 * @throws UserError if there are fewer than two classes, one has no text, or a label is none of those given.
 */
export async function trainingLabels(
  read: ReadLabelled,
  given: readonly string[] | undefined,
  file: string,
  known?: readonly string[],
): Promise<ClassLabels> {
  const numbers = new Map<string, number>();
  const labels: number[] = [];
  for (const name of given ?? []) numbers.set(name, numbers.size);
  for await (const { label, place } of read()) {
    let number = numbers.get(label);
    if (number === undefined) {
      if (given) throw unknownLabel(label, place, given, file);
      number = numbers.size;
      numbers.set(label, number);
      if (numbers.size > mostClasses)
        throw new UserError(`${file} has more than ${mostClasses} different labels.`, {
          remedy: 'Name the column of the classes with "labelColumn".',
          place: file,
        });
    }
    labels.push(number);
  }
  const found = [...numbers.keys()];
  if (found.length < 2)
    throw new UserError(
      found.length === 0
        ? `${file} holds no row with a text and a label.`
        : `Every text in ${file} has the label "${found[0]}"; telling classes apart needs at least two.`,
      { remedy: 'Name a file with texts of at least two classes.', place: file },
    );
  const classNames = given ?? inOrder(found, known);
  const classOf = new Int32Array(found.map((name) => classNames.indexOf(name)));
  const all = Int32Array.from(labels, (number) => classOf[number]!);
  checkNoneEmpty(all, classNames, file);
  return { classNames, labels: all };
}

function checkNoneEmpty(labels: Int32Array, classNames: readonly string[], file: string): void {
  const counts = new Int32Array(classNames.length);
  for (const label of labels) counts[label]!++;
  const empty = counts.indexOf(0);
  if (empty >= 0)
    throw new UserError(`The class "${classNames[empty]}" has no text in ${file}.`, {
      remedy: 'Take it out of "classes", or add texts of that class.',
      place: file,
    });
}

/** @throws UserError if a label is none of the training classes. */
export async function testLabels(
  read: ReadLabelled,
  classNames: readonly string[],
  file: string,
): Promise<Int32Array> {
  const numbers = new Map(classNames.map((name, number) => [name, number]));
  const labels: number[] = [];
  for await (const { label, place } of read()) {
    const number = numbers.get(label);
    if (number === undefined) throw unknownLabel(label, place, classNames, file);
    labels.push(number);
  }
  if (labels.length === 0)
    throw new UserError(`${file} holds no row with a text and a label.`, {
      remedy: 'Name a file with texts.',
      place: file,
    });
  return Int32Array.from(labels);
}

function unknownLabel(label: string, place: string, names: readonly string[], file: string): UserError {
  const listed = names.slice(0, 10).map((name) => `"${name}"`);
  return new UserError(
    `The label "${label}" in ${place} is none of the classes ${listed.join(', ')}${names.length > 10 ? ' …' : ''}.`,
    { remedy: 'Correct the label, or add the class to the training texts and to "classes".', place: file },
  );
}
