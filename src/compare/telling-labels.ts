import { oneLine } from './formatting.ts';
import { shortSetting } from './short-setting.ts';

/** A word of a label with what stands behind it, or a setting: its name and value are one thing. */
interface Piece {
  readonly start: number;
  readonly end: number;
  /** As it is written, shorter, and its value alone. */
  readonly forms: readonly [string, string, string];
}

const words = /.+?(?:[\s_/]+|-(?=\p{L})|$)/gu;
const settingName = /^(\(?)(\p{L}+) $/u;
const settingValue = /^[-+]?\d[\d.]*(?:e[-+]?\d+)?%?[),]*\s*$/i;

function piecesOf(label: string): Piece[] {
  const found: Piece[] = [];
  let name: RegExpExecArray | null = null;
  for (const { 0: word, index: start } of label.matchAll(words)) {
    const end = start + word.length;
    if (name && settingValue.test(word)) {
      const [whole, bracket = '', key = ''] = name;
      const forms = [`${whole}${word}`, `${bracket}${shortSetting(key, word)}`, `${bracket}${word}`] as const;
      found[found.length - 1] = { start: start - whole.length, end, forms };
    } else found.push({ start, end, forms: [word, word, word] });
    name = settingName.exec(word);
  }
  return found;
}

const isBetween = (sign: string | undefined) => sign === undefined || /[\s,;:()_/-]/.test(sign);

/** Where a label first says something else than another does; its end where it says only less. */
function partsFrom(label: string, other: string): number {
  let at = 0;
  while (at < label.length && label.charCodeAt(at) === other.charCodeAt(at)) at += 1;
  if (!isBetween(label[at])) return at;
  if (!isBetween(other[at])) return at - 1;
  while (at < label.length && isBetween(label[at])) at += 1;
  return at;
}

/** Positions of the pieces that tell a label from one of the others. */
function tellingPieces(label: string, pieces: readonly Piece[], others: Iterable<string>): number[] {
  const places = new Set<number>();
  for (const other of others) if (other !== label) places.add(partsFrom(label, other));
  return pieces.flatMap(({ start, end }, index) =>
    [...places].some((at) => start <= at && at < end) ? [index] : [],
  );
}

const gap = '…';
const beforeGap = (text: string) => `${text.replace(/[\s,;:(_/-]+$/u, '')}${gap}`;

function written(pieces: readonly Piece[], shown: ReadonlySet<number>, form: 0 | 1 | 2): string {
  let text = '';
  let next = 0;
  for (const at of [...shown].sort((one, other) => one - other)) {
    if (at !== next) text = beforeGap(text);
    text += pieces[at]!.forms[form];
    next = at + 1;
  }
  return next === pieces.length ? text : beforeGap(text);
}

type Fits = (text: string) => boolean;

/** What must be seen, then what stands before it and says what it is of, then as much of the beginning as there is room for. */
function filled(pieces: readonly Piece[], telling: readonly number[], form: 0 | 1 | 2, fits: Fits): string {
  const shown = new Set(telling);
  const add = (at: number): boolean => {
    if (at < 0 || shown.has(at)) return true;
    shown.add(at);
    if (fits(written(pieces, shown, form))) return true;
    shown.delete(at);
    return false;
  };
  for (const at of telling) {
    const [whole, , value] = pieces[at]!.forms;
    // A setting has its name already.
    if (value === whole) add(at - 1);
  }
  for (let at = 0; at < pieces.length && add(at); at++);
  return written(pieces, shown, form);
}

function cut(label: string, others: Iterable<string>, fits: Fits): string {
  const pieces = piecesOf(label);
  const telling = tellingPieces(label, pieces, others);
  // Where not all of it has room, settings, which stand last, tell more than what they are of.
  for (let from = 0; from < telling.length; from++)
    for (const form of [0, 1, 2] as const) {
      const seen = telling.slice(from);
      if (fits(written(pieces, new Set(seen), form))) return filled(pieces, seen, form, fits);
    }
  // A single name, or one whose last word alone is too long: its two ends.
  for (let most = Math.min([...label].length - 1, 200); most > 3; most--) {
    const text = oneLine(label, most);
    if (fits(text)) return text;
  }
  return oneLine(label, 3);
}

/**
 * Cuts names so that those that are not the same still read differently as far as there is room: what they share gives
 * way, what tells them apart stays, wherever in a name it is. `CIFAR-10, from an ensemble, temperature 4` becomes
 * `CIFAR-10…T 4` beside one of temperature 2.
 * @param labels all that stand beside each other
 * @returns the text for one of them, given what fits into its place
 */
export function tellingLabels(labels: readonly string[]): (label: string, fits: Fits) => string {
  const all = new Set(labels);
  return (label, fits) => {
    const whole = oneLine(label, 2000);
    return fits(whole) ? whole : cut(whole, all, fits);
  };
}
