import { stateWord } from '../../src/compare/state-word.ts';
import type { FlatConfig, RunRow } from '../protocol/rows.ts';
import type { CellValue, Column } from './columns.ts';
import { type Field, fieldsOf, findField, nearFields, readValue } from './filter-fields.ts';

export type Operator = '=' | '!=' | '>' | '>=' | '<' | '<=' | ':';

interface Condition {
  readonly column: Column;
  readonly operator: Operator;
  /** Any of them; null stands for what is not known. */
  readonly values: readonly (string | number | null)[];
  readonly not: boolean;
}

/** What somebody typed to filter runs by, read. */
export interface Query {
  /** Each must be somewhere in the texts of a run. */
  readonly words: readonly string[];
  readonly without: readonly string[];
  readonly conditions: readonly Condition[];
  /** What could not be read, for people; the rest counts nevertheless. */
  readonly problems: readonly string[];
}

/** Nobody types more; a text of megabytes would be read at every letter. */
export const longestQuery = 1000;

const conditionPattern =
  /^(-?)(?:"([^"]+)"|([\p{L}\p{N}_.]+(?:-[\p{L}\p{N}_.]+)*))\s*(>=|<=|!=|≥|≤|≠|==|=|>|<|:)\s*(?:"([^"]*)"?|([^\s"]+))?/u;
const wordPattern = /^(-?)(?:"([^"]*)"?|(\S+))/u;
const same: Readonly<Record<string, Operator>> = { '≥': '>=', '≤': '<=', '≠': '!=', '==': '=' };

/**
 * Reads a filter: words, "words together", -words that must not be there, and conditions of a field, an operator and a value
 * such as accuracy > 0.97, size < 300 kB, seed = 1,2, state != failed or name:mnist. All must be met. A longer text than
 * anybody types is not read, and that is its only problem.
 */
export function parseQuery(text: string, columns: readonly Column[]): Query {
  const words: string[] = [];
  const without: string[] = [];
  const conditions: Condition[] = [];
  const problems: string[] = [];
  if (text.length > longestQuery) return { words, without, conditions, problems: [tooLong(text.length)] };
  const fields = fieldsOf(columns);
  let rest = text.trimStart();
  while (rest !== '') {
    const match = conditionPattern.exec(rest);
    const written = match?.[2] ?? match?.[3] ?? '';
    const field = match ? findField(fields, written) : undefined;
    // A colon in a word means nothing unless a field stands before it.
    if (match && (field || match[4] !== ':')) {
      rest = rest.slice(match[0].length);
      const operator = same[match[4]!] ?? (match[4] as Operator);
      const quoted = match[5] !== undefined;
      const unit = !quoted && field ? unitAfter(rest, field) : '';
      rest = rest.slice(unit.length);
      const value = match[5] ?? (match[6] === undefined ? undefined : match[6] + unit.trim());
      const read = field ? conditionOf(field, operator, value, quoted) : unknownField(fields, written);
      if (typeof read === 'string') problems.push(read);
      else conditions.push({ ...read, not: match[1] === '-' });
    } else {
      const word = wordPattern.exec(rest)!;
      rest = rest.slice(word[0].length);
      const said = (word[2] ?? word[3] ?? '').toLowerCase();
      if (said !== '') (word[1] === '-' ? without : words).push(said);
    }
    rest = rest.trimStart();
  }
  return { words, without, conditions, problems };
}

const tooLong = (length: number) =>
  `This filter has ${length.toLocaleString('en-US')} characters, and at most ${longestQuery.toLocaleString('en-US')} are read: all runs are shown. Shorten it.`;

function unitAfter(rest: string, field: Field): string {
  const match = /^\s+([%×]|\p{L}+)(?=\s|$)/u.exec(rest);
  return match && match[1]!.toLowerCase() in field.units ? match[0] : '';
}

function unknownField(fields: readonly Field[], written: string): string {
  const near = nearFields(fields, written);
  const instead = near.length > 0 ? ` Did you mean ${near.join(' or ')}?` : ' Columns lists those there are.';
  return `There is no field “${written}”.${instead}`;
}

function conditionOf(
  field: Field,
  operator: Operator,
  written: string | undefined,
  quoted: boolean,
): Omit<Condition, 'not'> | string {
  const { column, name } = field;
  if (written === undefined || written === '')
    return `What should ${name} be compared with? Write ${name} ${operator} ${field.example}, for example.`;
  if (operator === ':') return { column, operator, values: [written.toLowerCase()] };
  const ordered = operator !== '=' && operator !== '!=';
  if (ordered && field.isText)
    return `${name} is text, so it is neither more nor less: write ${name} = ${field.example}, or ${name}:part.`;
  const parts = ordered || quoted ? [written] : written.split(',').filter(Boolean);
  const values: (string | number | null)[] = [];
  for (const part of parts) {
    const value = readValue(field, part, ordered);
    if (typeof value === 'object' && value !== null) return value.problem;
    values.push(value);
  }
  return { column, operator, values };
}

/** Whether a run is what the filter asks for. */
export function matches(query: Query, row: RunRow, config: FlatConfig): boolean {
  if (!query.conditions.every((condition) => holds(condition, row, config))) return false;
  if (query.words.length === 0 && query.without.length === 0) return true;
  const text = [
    row.name,
    row.experiment,
    row.strategy,
    row.data,
    stateWord(row.state),
    row.note,
    row.id,
    ...row.tags,
  ]
    .join('\n')
    .toLowerCase();
  return (
    query.words.every((word) => text.includes(word)) && !query.without.some((word) => text.includes(word))
  );
}

function holds({ column, operator, values, not }: Condition, row: RunRow, config: FlatConfig): boolean {
  return compare(column, operator, values, row, column.read(row, config)) !== not;
}

function compare(
  column: Column,
  operator: Operator,
  values: Condition['values'],
  row: RunRow,
  actual: CellValue,
): boolean {
  switch (operator) {
    case ':':
      return column.format(actual).toLowerCase().includes(String(values[0]));
    case '=':
      return values.some((value) => equal(column, row, actual, value));
    case '!=':
      return !values.some((value) => equal(column, row, actual, value));
    default: {
      const [value] = values;
      if (typeof actual !== 'number' || typeof value !== 'number' || !Number.isFinite(actual)) return false;
      if (operator === '>') return actual > value;
      if (operator === '<') return actual < value;
      const close = nearly(actual, value);
      return operator === '>=' ? actual > value || close : actual < value || close;
    }
  }
}

const nearly = (a: number, b: number): boolean =>
  Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));

const dayMs = 24 * 3600 * 1000;

function equal(column: Column, row: RunRow, actual: CellValue, value: string | number | null): boolean {
  if (value === null) return actual === null || actual === '';
  if (column.kind === 'tags')
    return row.tags.some((tag) => tag.toLowerCase() === String(value).toLowerCase());
  if (actual === null) return false;
  if (typeof actual === 'number' && typeof value === 'number') {
    if (column.kind === 'time') return actual >= value && actual < value + dayMs;
    // A figure is as it is shown; a setting is as it was written.
    return (
      nearly(actual, value) ||
      (column.section !== 'Settings' && column.format(actual) === column.format(value))
    );
  }
  return String(actual).toLowerCase() === String(value).toLowerCase();
}
