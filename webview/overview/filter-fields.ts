import type { Column } from './columns.ts';

/** A column by a name one can type. */
export interface Field {
  readonly name: string;
  readonly column: Column;
  /** Whether its values are words, which are neither more nor less than others. */
  readonly isText: boolean;
  /** What a unit, in small letters, multiplies a number by. */
  readonly units: Readonly<Record<string, number>>;
  /** A value one could write. */
  readonly example: string;
}

const time = { ms: 1e-3, s: 1, min: 60, h: 3600 };
const ratio = { x: 1, '×': 1 };
const count = { k: 1e3, m: 1e6, g: 1e9 };
const unitsOf: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  bytes: { b: 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 },
  latencyMs: { µs: 1e-3, μs: 1e-3, us: 1e-3, ms: 1, s: 1e3 },
  trainingSeconds: time,
  savedSeconds: time,
  energyJoules: { j: 1, kj: 1e3, wh: 3600, kwh: 3.6e6 },
  parameters: count,
  throughput: count,
  compressionRatio: ratio,
  speedup: ratio,
};

const isShare = (column: Column): boolean => column.kind === 'number' && column.format(0.5).endsWith('%');

const examples: Readonly<Record<string, string>> = {
  seed: '2',
  bytes: '300 kB',
  latencyMs: '1.5 ms',
  trainingSeconds: '2 min',
  parameters: '50 k',
  state: 'completed',
  strategy: 'response',
  tags: 'paper',
  compressionRatio: '10',
};

function fieldOf(column: Column, name: string): Field {
  const isText = column.kind === 'text' || column.kind === 'tags' || column.kind === 'state';
  const isSetting = column.section === 'Settings';
  const share = isShare(column);
  return {
    name,
    column,
    isText: isText && !isSetting,
    units: share ? { '%': 0.01 } : (unitsOf[column.key] ?? {}),
    example:
      examples[column.key] ??
      (column.kind === 'time' ? '2026-01-31' : share ? '0.97' : isText && !isSetting ? 'word' : '4'),
  };
}

const plain = (name: string): string => name.toLowerCase().replace(/[\s\-_]/g, '');

/** All columns as fields, those that are usual first. */
export const fieldsOf = (columns: readonly Column[]): Field[] =>
  columns.map((column) => fieldOf(column, nameOf(column)));

/** What one types for a column: its key without what it is kept apart by, and for a curve its last value. */
function nameOf({ key, section, label }: Column): string {
  if (section === 'Settings') return key.replace(/^config:/, '');
  if (section === 'Curves') return label.includes(' ') ? `"${label}"` : label;
  return key;
}

/** The field somebody means: by its name, what its head says, or the end of a setting's path. */
export function findField(fields: readonly Field[], written: string): Field | undefined {
  const wanted = plain(written);
  const exact = fields.find(
    ({ column, name }) =>
      plain(name.replaceAll('"', '')) === wanted ||
      plain(column.label) === wanted ||
      plain(column.key) === wanted,
  );
  if (exact) return exact;
  const renamed = also[wanted];
  if (renamed) return fields.find(({ column }) => column.key === renamed);
  // Of several settings that end so, the one that is nested least.
  return fields
    .filter(({ column, name }) => column.section === 'Settings' && plain(name).endsWith(`.${wanted}`))
    .sort((a, b) => a.name.split('.').length - b.name.split('.').length)[0];
}

/** Other words for what a column shows. */
const also: Readonly<Record<string, string>> = {
  tag: 'tags',
  student: 'accuracy',
  teacher: 'teacher.accuracy',
  latency: 'latencyMs',
  compression: 'compressionRatio',
  f1: 'macroF1',
  created: 'createdAt',
  date: 'createdAt',
  status: 'state',
  dataset: 'data',
  run: 'id',
};

/** Names that are close to what was typed: a letter or two away, or the beginning of one. */
export function nearFields(fields: readonly Field[], written: string): string[] {
  const wanted = plain(written);
  return fields
    .flatMap(({ name }) => {
      const last = name.slice(name.lastIndexOf('.') + 1);
      const away = Math.min(
        distance(plain(name), wanted),
        distance(plain(last), wanted) + (last === name ? 0 : 0.5),
      );
      return away <= Math.max(1.5, wanted.length / 3) ? [{ name, away }] : [];
    })
    .sort((a, b) => a.away - b.away)
    .slice(0, 2)
    .map(({ name }) => name);
}

/** Letters to change, add or leave out between two words (Levenshtein 1966). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1];
    for (let at = 0; at < other.length; at++)
      next.push(Math.min(next[at]! + 1, row[at + 1]! + 1, row[at]! + (letter === other[at] ? 0 : 1)));
    row = next;
  }
  return row[other.length]!;
}

/** A value as it is compared, null for what is not known, or why it cannot be read. */
export function readValue(
  field: Field,
  written: string,
  ordered: boolean,
): string | number | null | { readonly problem: string } {
  if (/^(none|unknown|–)$/i.test(written) && !ordered) return null;
  const { column, name, units, example } = field;
  const match = /^([+\-−]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*([%×]|\p{L}+)?$/iu.exec(written);
  if (column.kind === 'time') {
    const at = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(written) ? `${written}T00:00` : written);
    return Number.isNaN(at)
      ? { problem: `“${written}” is not a date. Write ${name} > ${example}, for example.` }
      : at;
  }
  if (column.section === 'Settings' && !ordered && !match) return written;
  if (field.isText) return written;
  const number = match && Number(match[1]!.replace('−', '-'));
  if (number === null || Number.isNaN(number))
    return { problem: `“${written}” is not a number. Write ${name} > ${example}, for example.` };
  const unit = match![2]?.toLowerCase();
  if (unit === undefined) {
    if ('%' in units && Math.abs(number) > 1.5)
      return { problem: `${name} lies between 0 and 1: write ${number / 100} or ${match![1]} %.` };
    return number;
  }
  if (!(unit in units)) {
    const known = Object.keys(units);
    const instead = known.length > 0 ? ` It is measured in ${known.join(', ')}.` : ' Write the number alone.';
    return { problem: `${name} has no unit “${match![2]}”.${instead}` };
  }
  return number * units[unit]!;
}
