import { applyEdits, createScanner, findNodeAtLocation, type Node, type SyntaxKind } from 'jsonc-parser';
import { UserError } from '../../base/user-error.ts';
import { ParsedText } from '../parsing/positions.ts';
import { describePath, type Fix, type JsonPath, type TextEdit } from '../parsing/problem.ts';
import { duplicateKeys } from '../parsing/syntax-messages.ts';
import { indentOfLine, serialize, styleOf, type TextStyle } from './text-style.ts';

// jsonc-parser's SyntaxKind is a const enum: its names exist for types alone.
const commaToken: SyntaxKind.CommaToken = 5;
const lineComment: SyntaxKind.LineCommentTrivia = 12;
const blockComment: SyntaxKind.BlockCommentTrivia = 13;
const space: SyntaxKind.Trivia = 15;

/**
 * The smallest edits that set a value, sections on the way to it included. Comments, order, indentation, line ends and
 * trailing commas stay; nothing is returned where the value is there already. `undefined` removes the value.
 * @throws UserError if the text is not well-formed or has no place for the path: a broken file is not made worse.
 */
export function setValue(text: string, path: JsonPath, value: unknown): TextEdit[] {
  if (value === undefined) return removeValue(text, path);
  const parsed = wellFormed(text);
  const style = styleOf(text, parsed.root!);
  for (let depth = path.length; depth >= 0; depth--) {
    const node = findNodeAtLocation(parsed.root!, path.slice(0, depth));
    if (node === undefined) continue;
    const rest = path.slice(depth);
    if (rest.length === 0) return replace(text, node, value, style);
    const [step, ...inner] = rest as [string | number, ...(string | number)[]];
    const nested = nest(inner, value);
    if (node.type === 'object' && typeof step === 'string')
      return insert(text, node, `${JSON.stringify(step)}: `, nested, style);
    if (node.type === 'array' && step === (node.children?.length ?? 0))
      return insert(text, node, '', nested, style);
    // A section that is switched off by null, or given as something else, becomes an object.
    if (typeof step === 'string' && node.type !== 'array')
      return replace(text, node, { [step]: nested }, style);
    break;
  }
  throw new UserError(`The experiment has no place for ${describePath(path)}.`, {
    remedy: 'Set the section it belongs to first.',
  });
}

/**
 * The smallest edits that remove a key with its value, or an entry of a list, and its comma; none where it is not
 * there. Comments stay.
 * @throws UserError if the text is not well-formed, or the path is that of the whole experiment.
 */
export function removeValue(text: string, path: JsonPath): TextEdit[] {
  const parsed = wellFormed(text);
  const value = findNodeAtLocation(parsed.root!, [...path]);
  if (value === undefined) return [];
  const entry = value.parent?.type === 'property' ? value.parent : value;
  const siblings = entry.parent?.children;
  if (siblings === undefined) throw new UserError('The whole experiment cannot be removed.');
  const end = entry.offset + entry.length;
  const comma = commaAfter(text, end);
  const previous = siblings[siblings.indexOf(entry) - 1];
  const edits: TextEdit[] = [];
  if (comma === undefined && previous !== undefined) {
    const before = commaAfter(text, previous.offset + previous.length)!;
    edits.push({ offset: before, length: 1, content: '' });
  }
  if (comma === undefined || text.slice(end, comma).trim() === '')
    edits.push(withoutGap(text, entry.offset, comma === undefined ? end : comma + 1));
  else edits.push(withoutGap(text, entry.offset, end), { offset: comma, length: 1, content: '' });
  return joined(edits);
}

/**
 * Renames a key, its value and place untouched.
 * @throws UserError if the text is not well-formed, has no such key, or has the new name already.
 */
export function renameKey(text: string, path: JsonPath, name: string): TextEdit[] {
  const parsed = wellFormed(text);
  const property = findNodeAtLocation(parsed.root!, [...path])?.parent;
  if (property?.type !== 'property')
    throw new UserError(`The experiment has no key ${describePath(path)}.`, {
      remedy: 'Check its spelling.',
    });
  if (property.parent?.children?.some((other) => other !== property && other.children?.[0]?.value === name))
    throw new UserError(`There is a "${name}" already.`, { remedy: 'Remove one of the two.' });
  const key = property.children![0]!;
  return [{ offset: key.offset, length: key.length, content: JSON.stringify(name) }];
}

/** The edits of a fix that a problem offers. */
export function fixEdits(text: string, fix: Fix): TextEdit[] {
  if ('edits' in fix) return [...fix.edits];
  if ('rename' in fix) return renameKey(text, fix.path, fix.rename);
  if ('remove' in fix) return removeValue(text, fix.path);
  return setValue(text, fix.path, fix.value);
}

/** The text after the edits. */
export function edited(text: string, edits: readonly TextEdit[]): string {
  return applyEdits(text, [...edits]);
}

function wellFormed(text: string): ParsedText {
  const parsed = new ParsedText(text);
  const mistake = parsed.mistakes[0] ?? (parsed.root && duplicateKeys(parsed)[0]);
  if (parsed.root === undefined || mistake !== undefined)
    throw new UserError('The file cannot be edited for you while it is not well-formed JSON.', {
      remedy:
        mistake === undefined
          ? 'Write an experiment first.'
          : `Correct the mistake in line ${mistake.line}, column ${mistake.column} first.`,
    });
  return parsed;
}

function nest(path: JsonPath, value: unknown): unknown {
  return path.reduceRight<unknown>(
    (inner, step) => (typeof step === 'number' ? [inner] : { [step]: inner }),
    value,
  );
}

function replace(text: string, node: Node, value: unknown, style: TextStyle): TextEdit[] {
  const children = node.children ?? [];
  // Lists of the same length are changed entry by entry, so that comments between entries stay.
  if (node.type === 'array' && Array.isArray(value) && value.length === children.length)
    return children.flatMap((child, index) => replace(text, child, value[index], style));
  const content = serialize(value, indentOfLine(text, node.offset), style);
  const same = node.type !== 'object' && node.type !== 'array' && Object.is(node.value, value);
  if (same || content === text.slice(node.offset, node.offset + node.length)) return [];
  return [{ offset: node.offset, length: node.length, content }];
}

/** Adds an entry behind the last one of an object or a list. */
function insert(text: string, parent: Node, key: string, value: unknown, style: TextStyle): TextEdit[] {
  const last = parent.children?.at(-1);
  const close = parent.offset + parent.length - 1;
  if (last === undefined) return insertFirst(text, parent, key, value, style);

  const end = last.offset + last.length;
  const comma = commaAfter(text, end);
  const at = endOfLineOf(text, comma === undefined ? end : comma + 1);
  const first = parent.children![0]!;
  const spread =
    hasLineBreak(text.slice(parent.offset, first.offset)) || hasLineBreak(text.slice(end, close));
  const indent = startsLine(text, last.offset)
    ? indentOfLine(text, last.offset)
    : indentOfLine(text, parent.offset) + style.indent;
  const entry = key + serialize(value, indent, style);
  const content = (spread ? style.lineEnd + indent : ' ') + entry + (comma === undefined ? '' : ',');
  return joined([
    ...(comma === undefined ? [{ offset: end, length: 0, content: ',' }] : []),
    { offset: at, length: 0, content },
  ]);
}

function insertFirst(text: string, parent: Node, key: string, value: unknown, style: TextStyle): TextEdit[] {
  const open = parent.offset + 1;
  const close = parent.offset + parent.length - 1;
  const inside = text.slice(open, close);
  const outer = indentOfLine(text, parent.offset);
  if (inside.trim() === '' && !hasLineBreak(inside)) {
    const pad = parent.type === 'object' ? ' ' : '';
    return [
      { offset: open, length: inside.length, content: pad + key + serialize(value, outer, style) + pad },
    ];
  }
  const at = open + inside.trimEnd().length;
  const indent = outer + style.indent;
  const spread = hasLineBreak(text.slice(at, close));
  const tail = spread ? '' : style.lineEnd + outer;
  const content = style.lineEnd + indent + key + serialize(value, indent, style) + tail;
  return [{ offset: at, length: spread ? 0 : close - at, content }];
}

/** Offset of the comma that follows an entry, comments and space skipped. */
function commaAfter(text: string, from: number): number | undefined {
  const scanner = createScanner(text, true);
  scanner.setPosition(from);
  return scanner.scan() === commaToken ? scanner.getTokenOffset() : undefined;
}

/** Behind the comments that follow on the same line: they belong to what stands before them. */
function endOfLineOf(text: string, from: number): number {
  const scanner = createScanner(text, false);
  scanner.setPosition(from);
  let end = from;
  for (;;) {
    const token = scanner.scan();
    if (token === lineComment || token === blockComment)
      end = scanner.getTokenOffset() + scanner.getTokenLength();
    else if (token !== space) return end;
  }
}

/** A range to remove: with its line where nothing else is on it, and else with the space on one side of it. */
function withoutGap(text: string, from: number, to: number): TextEdit {
  const line = lineOf(text, from, to);
  const before = text.slice(line.start, from);
  const after = text.slice(to, line.end);
  if (before.trim() === '' && after.trim() === '' && line.next > line.end && line.start > 0)
    return { offset: line.start, length: line.next - line.start, content: '' };
  if (before.trim() === '' || /[{[]$/.test(before))
    return { offset: from, length: to - from + after.length - after.trimStart().length, content: '' };
  const gap = before.length - before.trimEnd().length;
  return { offset: from - gap, length: to - from + gap, content: '' };
}

function lineOf(text: string, from: number, to: number): { start: number; end: number; next: number } {
  const start = Math.max(text.lastIndexOf('\n', from - 1), text.lastIndexOf('\r', from - 1)) + 1;
  const rest = /\r\n|\r|\n/.exec(text.slice(to));
  if (rest === null) return { start, end: text.length, next: text.length };
  return { start, end: to + rest.index, next: to + rest.index + rest[0].length };
}

function joined(edits: readonly TextEdit[]): TextEdit[] {
  const result: TextEdit[] = [];
  for (const edit of edits) {
    const last = result.at(-1);
    if (last !== undefined && last.offset + last.length === edit.offset)
      result[result.length - 1] = {
        offset: last.offset,
        length: last.length + edit.length,
        content: last.content + edit.content,
      };
    else result.push(edit);
  }
  return result;
}

const hasLineBreak = (text: string) => /[\r\n]/.test(text);
const startsLine = (text: string, offset: number) => /(^|[\r\n])[ \t]*$/.test(text.slice(0, offset));
