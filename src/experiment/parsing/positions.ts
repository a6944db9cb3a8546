import {
  findNodeAtLocation,
  type Node,
  type ParseError,
  type ParseOptions,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import { type HashComment, hashComments, withoutHashComments } from './hash-comments.ts';
import type { Finding, JsonPath, Problem } from './problem.ts';

/** Comments and trailing commas are part of the format. */
export const jsonOptions: ParseOptions = { allowTrailingComma: true, disallowComments: false };

export interface Place {
  readonly offset: number;
  readonly length: number;
  /** 1-based. */
  readonly line: number;
  readonly column: number;
}

export interface SyntaxMistake extends Place {
  /** Name of the mistake in jsonc-parser, such as CommaExpected; or HashComment, once for all of them. */
  readonly kind: string;
}

/** The text of an experiment file, read as far as it can be, with the place of everything in it. */
export class ParsedText {
  readonly text: string;
  /** Absent where the text holds nothing but space and comments. */
  readonly root: Node | undefined;
  readonly mistakes: readonly SyntaxMistake[];
  /** Comments that begin with #; what stands beside them is read as if they were none. */
  readonly hashComments: readonly HashComment[];
  private readonly lineStarts: readonly number[];

  constructor(text: string) {
    this.text = text;
    this.lineStarts = startsOfLines(text);
    const errors: ParseError[] = [];
    // A byte order mark is not JSON; a space in its place keeps every offset.
    const plain = text.replace(/^\uFEFF/, ' ');
    this.hashComments = hashComments(plain);
    this.root = parseTree(withoutHashComments(plain, this.hashComments), errors, jsonOptions);
    const [first] = this.hashComments;
    this.mistakes = [
      ...(first ? [{ kind: 'HashComment', ...this.place(first.offset, first.length) }] : []),
      ...errors.map((error) => ({
        kind: printParseErrorCode(error.error),
        ...this.place(error.offset, error.length),
      })),
    ];
  }

  /** Where an offset lies, in lines and columns that count from 1. */
  place(offset: number, length: number): Place {
    let low = 0;
    let high = this.lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.lineStarts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { offset, length, line: low + 1, column: offset - this.lineStarts[low]! + 1 };
  }

  /**
   * Where a key or a value stands. What is not in the text is placed at its nearest ancestor that is, and of objects
   * and lists only the key is marked: nobody wants half a file underlined.
   */
  locate(path: JsonPath, at: 'key' | 'value' = 'value'): Place {
    if (this.root === undefined) return this.place(0, 0);
    for (let depth = path.length; depth >= 0; depth--) {
      const node = findNodeAtLocation(this.root, path.slice(0, depth));
      if (node === undefined) continue;
      const key = node.parent?.type === 'property' ? node.parent.children?.[0] : undefined;
      const compound = node.type === 'object' || node.type === 'array';
      if (key !== undefined && (at === 'key' || compound || depth < path.length))
        return this.place(key.offset, key.length);
      return this.place(node.offset, compound ? 1 : node.length);
    }
    return this.place(this.root.offset, 1);
  }

  /** The value's own range, whole objects and lists included; undefined where the text does not have it. */
  valueRange(path: JsonPath): Place | undefined {
    const node = this.root && findNodeAtLocation(this.root, [...path]);
    return node && this.place(node.offset, node.length);
  }

  /** Gives a finding its place. */
  problem(finding: Finding): Problem {
    return { ...finding, ...this.locate(finding.path, finding.at) };
  }
}

/** Path of the innermost value at an offset, and whether the offset is in its key. */
export function pathAt(parsed: ParsedText, offset: number): { path: (string | number)[]; inKey: boolean } {
  const path: (string | number)[] = [];
  let node = parsed.root;
  let inKey = false;
  descend: while (node?.children !== undefined) {
    for (const [index, child] of node.children.entries()) {
      if (offset < child.offset || offset > child.offset + child.length) continue;
      if (node.type === 'array') {
        path.push(index);
        node = child;
      } else {
        const [key, value] = child.children!;
        path.push(key!.value as string);
        inKey = offset <= key!.offset + key!.length;
        node = inKey ? undefined : value;
      }
      continue descend;
    }
    break;
  }
  return { path, inKey };
}

function startsOfLines(text: string): number[] {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\r|\n/g)) starts.push(match.index + match[0].length);
  return starts;
}
