import { createScanner, type SyntaxKind } from 'jsonc-parser';

// jsonc-parser's SyntaxKind is a const enum: its names exist for types alone.
const unknown: SyntaxKind.Unknown = 16;
const endOfFile: SyntaxKind.EOF = 17;

export interface HashComment {
  readonly offset: number;
  /** Up to, but without, the end of the line. */
  readonly length: number;
}

/**
 * Comments as Python and YAML write them. JSON has no #, so that one outside of texts and comments can be nothing else;
 * a parser that does not know it complains about every word behind it.
 */
export function hashComments(text: string): HashComment[] {
  if (!text.includes('#')) return [];
  const scanner = createScanner(text);
  const comments: HashComment[] = [];
  for (let token = scanner.scan(); token !== endOfFile; token = scanner.scan()) {
    if (token !== unknown) continue;
    const behind = /^(?:true|false|null)?(?=#)/.exec(scanner.getTokenValue());
    if (behind === null) continue;
    const offset = scanner.getTokenOffset() + behind[0].length;
    const length = /^[^\r\n]*/.exec(text.slice(offset))![0].length;
    comments.push({ offset, length });
    scanner.setPosition(offset + length);
  }
  return comments;
}

/** The text with spaces in the place of these comments: every offset stays. */
export function withoutHashComments(text: string, comments: readonly HashComment[]): string {
  let result = '';
  let end = 0;
  for (const { offset, length } of comments) {
    result += text.slice(end, offset) + ' '.repeat(length);
    end = offset + length;
  }
  return result + text.slice(end);
}
