import type { Node } from 'jsonc-parser';
import { tidyNumber } from '../tidy-number.ts';

/** How a file is written, so that what is added looks like the rest. */
export interface TextStyle {
  readonly lineEnd: '\n' | '\r\n' | '\r';
  /** One step of indentation. */
  readonly indent: string;
}

const longestLine = 80;

export function styleOf(text: string, root: Node): TextStyle {
  const lineEnd = (/\r\n|\r|\n/.exec(text)?.[0] ?? '\n') as TextStyle['lineEnd'];
  const first = root.children?.[0];
  const outer = indentOfLine(text, root.offset);
  const inner = first === undefined ? '' : indentOfLine(text, first.offset);
  const deeper = inner.startsWith(outer) && inner.length > outer.length;
  return { lineEnd, indent: deeper ? inner.slice(outer.length) : '  ' };
}

/** The space at the start of the line that holds an offset. */
export function indentOfLine(text: string, offset: number): string {
  const start = Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))![0];
}

/**
 * A JSON value as people write it: short lists and objects on one line, others one entry a line.
 * @throws RangeError for numbers JSON does not have.
 */
export function serialize(value: unknown, indent: string, style: TextStyle): string {
  const short = oneLine(value);
  if (typeof value !== 'object' || value === null || indent.length + short.length <= longestLine)
    return short;
  const inner = indent + style.indent;
  const entries = Array.isArray(value)
    ? value.map((item) => serialize(item, inner, style))
    : entriesOf(value).map(([key, item]) => `${JSON.stringify(key)}: ${serialize(item, inner, style)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const lines = entries.map((entry) => inner + entry).join(`,${style.lineEnd}`);
  return open + style.lineEnd + lines + style.lineEnd + indent + close;
}

function oneLine(value: unknown): string {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new RangeError(`JSON has no number ${value}`);
  if (typeof value === 'number') return JSON.stringify(tidyNumber(value));
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const entries = entriesOf(value).map(([key, item]) => `${JSON.stringify(key)}: ${oneLine(item)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

function entriesOf(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, item]) => item !== undefined);
}
