import type { FlatConfig, RunRow } from '../protocol/rows.ts';
import type { Column } from './columns.ts';
import { fieldsOf, findField } from './filter-fields.ts';
import { longestQuery } from './filter-query.ts';

/** A way to go on with what is typed. */
export interface Suggestion {
  readonly label: string;
  readonly detail: string;
  /** The text as it is when this is taken; the caret then stands behind `caret` signs of it. */
  readonly text: string;
  readonly caret: number;
}

const most = 8;

/** Fields that begin, or whose last part begins, with what is typed before the caret; after a field and =, its values. */
export function suggestions(
  text: string,
  caret: number,
  columns: readonly Column[],
  rows: readonly RunRow[],
  configOf: (row: RunRow) => FlatConfig,
): Suggestion[] {
  if (text.length > longestQuery) return [];
  const before = text.slice(0, caret);
  const after = text.slice(caret);
  const fields = fieldsOf(columns);
  const take = (from: number, label: string, detail: string, insert: string): Suggestion => {
    const head = before.slice(0, from) + insert;
    return { label, detail, text: head + after.replace(/^\S+/, ''), caret: head.length };
  };
  const value = /(?:^|\s)-?(?:"([^"]+)"|([\p{L}\p{N}_.-]+))\s*(?:!=|==?|:)\s*([^\s"]*)$/u.exec(before);
  const field = value && findField(fields, value[1] ?? value[2]!);
  if (field) {
    const typed = value[3]!.toLowerCase();
    const seen = new Set<string>();
    for (const row of rows) {
      if (field.column.kind === 'tags') for (const tag of row.tags) seen.add(tag);
      else {
        const one = field.column.read(row, configOf(row));
        // Figures are compared with more and less: there are as many of them as runs.
        if (one !== null && one !== '' && (typeof one === 'string' || field.column.section !== 'Figures'))
          seen.add(String(one));
      }
      if (seen.size > 200) break;
    }
    return [...seen]
      .filter((one) => one.toLowerCase().startsWith(typed) && one.toLowerCase() !== typed)
      .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
      .slice(0, most)
      .map((one) =>
        take(
          before.length - typed.length,
          one,
          '',
          `${/[\s,"]/.test(one) ? `"${one.replaceAll('"', '')}"` : one} `,
        ),
      );
  }
  const word = /(?:^|\s)-?([\p{L}][\p{L}\p{N}_.]*)$/u.exec(before)?.[1];
  if (word === undefined) return [];
  const typed = word.toLowerCase();
  return fields
    .flatMap((one) => {
      const name = one.name.toLowerCase();
      const last = name.slice(name.lastIndexOf('.') + 1);
      const label = one.column.label.toLowerCase();
      const rank = name.startsWith(typed) || label.startsWith(typed) ? 0 : last.startsWith(typed) ? 1 : 2;
      return rank === 2 ? [] : [{ ...one, rank }];
    })
    .sort((a, b) => a.rank - b.rank)
    .slice(0, most)
    .map(({ name, column, isText, example }) => {
      const operator = isText || column.section === 'Settings' || column.key === 'seed' ? '=' : '>';
      return take(
        before.length - word.length,
        `${name} ${operator} …`,
        column.section === 'Settings' ? 'setting' : `${column.meaning} Such as ${example}.`,
        `${name} ${operator} `,
      );
    });
}
