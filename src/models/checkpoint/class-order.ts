/** How the classes of a checkpoint stand to those of a dataset. */
export type ClassOrder =
  /** Class k of one is class k of the other, or nothing says otherwise. */
  | { readonly kind: 'position' }
  /** The names agree, in another order: class k of the dataset is class `rows[k]` of the checkpoint. */
  | { readonly kind: 'names'; readonly rows: readonly number[] }
  /**
   * The names say that these are other classes. `contradicts` where a name that both have stands at different places,
   * so that to go by position would certainly be wrong.
   */
  | { readonly kind: 'other'; readonly contradicts: boolean };

const byPosition: ClassOrder = { kind: 'position' };

/**
 * Finds the classes of a dataset among those of a checkpoint: by name where both have the same names, whatever their
 * capitals; by position where one of them has no names, which is what transformers means by `LABEL_0`, `LABEL_1`, …, and
 * what a dataset means whose labels are the numbers 0, 1, ….
 * @param own of the checkpoint, in the order of its answers; undefined where it has none
 * @param wanted of the dataset; as many as the checkpoint has, or the two cannot be compared
 */
export function classOrder(own: readonly string[] | undefined, wanted: readonly string[]): ClassOrder {
  if (own?.length !== wanted.length) return byPosition;
  const rows = rowsByName(own, wanted);
  if (rows) return inOrder(rows) ? byPosition : { kind: 'names', rows };
  if (own.every((name, index) => name === `LABEL_${index}`)) return byPosition;
  const places = new Map(own.map((name, index) => [folded(name), index]));
  const contradicts = wanted.some((name, index) => (places.get(folded(name)) ?? index) !== index);
  if (contradicts) return { kind: 'other', contradicts };
  const numbers = wanted.map((name) =>
    Number(/^(?:LABEL_)?(\d{1,9})$/i.exec(name.trim())?.[1] ?? Number.NaN),
  );
  if ([...numbers].sort((a, b) => a - b).every((number, index) => number === index))
    return inOrder(numbers) ? byPosition : { kind: 'names', rows: numbers };
  return { kind: 'other', contradicts };
}

const inOrder = (rows: readonly number[]) => rows.every((row, index) => row === index);

/** Whatever does not make another name: capitals, space around it, and how accents are encoded. */
const folded = (name: string) => name.trim().normalize('NFC').toLowerCase();

/** As they are written first, since two classes may differ by capitals alone. */
function rowsByName(own: readonly string[], wanted: readonly string[]): number[] | undefined {
  for (const spell of [(name: string) => name, folded]) {
    const places = new Map(own.map((name, index) => [spell(name), index]));
    const rows = wanted.map((name) => places.get(spell(name)) ?? -1);
    if (!rows.includes(-1) && new Set(rows).size === own.length) return rows;
  }
  return undefined;
}

/**
 * Both lists, for a message: 'the model’s classes are "a", "b"; the dataset’s are "x", "y"'. What of long lists is left
 * out is counted.
 */
export const bothLists = (own: readonly string[], wanted: readonly string[]): string =>
  `the model’s classes are ${list(own)}; the dataset’s are ${list(wanted)}`;

const mostListed = 20;

function list(names: readonly string[]): string {
  const shown = names.slice(0, mostListed).map((name) => JSON.stringify(name));
  const more = names.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** What is wrong with taking the answers of a checkpoint for classes of a dataset. */
export interface ClassMismatch {
  /** Certainly wrong, or only in doubt. */
  readonly certain: boolean;
  readonly message: string;
  readonly remedy: string;
}

/**
 * @param what the checkpoint in messages, such as 'The teacher'
 * @returns undefined where each class of the dataset is found among those of the checkpoint
 */
export function classMismatch(
  what: string,
  own: readonly string[] | undefined,
  wanted: readonly string[],
): ClassMismatch | undefined {
  const order = classOrder(own, wanted);
  if (order.kind !== 'other') return undefined;
  const lists = `${what} and the dataset name different classes: ${bothLists(own!, wanted)}`;
  return {
    certain: order.contradicts,
    message: order.contradicts
      ? `${lists}. Some are in both, at different places, so its answers cannot be taken by their position.`
      : `${lists}. Its answers are taken by their position, the first for the first class.`,
    remedy:
      'If these are the same classes, give them the same names: "id2label" in the checkpoint’s config.json, or the labels of the data. If not, name a checkpoint made for these classes.',
  };
}

/** The same for a student, which learns the classes of the data whatever its head knew before. */
export function classMismatchOfStudent(
  own: readonly string[] | undefined,
  wanted: readonly string[],
): string | undefined {
  if (classOrder(own, wanted).kind !== 'other') return undefined;
  return `The student’s checkpoint names other classes than the dataset: ${bothLists(own!, wanted)}. Its head begins with what it knew of its own classes, by their position.`;
}
