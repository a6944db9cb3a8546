import type { Node } from 'jsonc-parser';
import { nestingOf } from '../../base/nesting.ts';
import { type Experiment, experimentSchema } from '../schema/schema.ts';
import { findingsOf } from './messages.ts';
import { ParsedText } from './positions.ts';
import type { Finding, Problem } from './problem.ts';
import { duplicateKeys, syntaxProblems } from './syntax-messages.ts';

export interface ParseResult {
  /** Every default filled in; absent where a problem is an error. */
  readonly experiment?: Experiment;
  /** In the order of the text. */
  readonly problems: Problem[];
}

/** Reads the text of an experiment file. Never throws: whatever is wrong is among the problems. */
export function parseExperiment(text: string): ParseResult {
  return parseText(text).result;
}

/** The same, together with the text's tree for those who need further places in it. */
export function parseText(text: string): {
  readonly result: ParseResult;
  /** Absent where the text is nested too deeply to be read at all. */
  readonly parsed?: ParsedText;
  /** The experiment as it is written, defaults not filled in; absent where the text is not well-formed. */
  readonly written?: unknown;
} {
  if (text.length > mostCharacters) return { result: { problems: [tooLong(text)] } };
  if (nestingOf(text) > deepest) return { result: { problems: [tooDeep()] } };
  const parsed = new ParsedText(text);
  return { ...examine(parsed), parsed };
}

function examine(parsed: ParsedText): { result: ParseResult; written?: unknown } {
  if (parsed.root === undefined && parsed.hashComments.length === 0)
    return { result: { problems: [parsed.problem(empty)] } };
  // While the braces do not match, nothing can be said about what stands between them.
  if (parsed.root === undefined || parsed.mistakes.length > 0)
    return { result: { problems: inOrder(syntaxProblems(parsed)) } };
  const duplicates = duplicateKeys(parsed);
  if (duplicates.length > 0) return { result: { problems: duplicates } };

  const written = plainValue(parsed.root);
  const checked = experimentSchema.safeParse(written);
  if (checked.success) return { result: { experiment: checked.data, problems: [] }, written };
  const problems = findingsOf(checked.error.issues, written).map((finding) => parsed.problem(finding));
  return { result: { problems: inOrder(problems) }, written };
}

const empty: Finding = {
  message: 'The file is empty.',
  remedy: 'Write an experiment, or start from one in the examples folder.',
  path: [],
  severity: 'error',
  code: 'empty',
};

/** Problems in the order in which a reader meets them. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  return [...problems].sort((one, other) => one.offset - other.offset);
}

/** Values without a prototype's surprises: a key named __proto__ is a key like any other, and refused as unknown. */
function plainValue(node: Node): unknown {
  if (node.type === 'array') return (node.children ?? []).map(plainValue);
  if (node.type !== 'object') return node.value;
  const object: Record<string, unknown> = {};
  for (const { children } of node.children ?? []) {
    const [key, value] = children ?? [];
    if (key !== undefined && value !== undefined)
      Object.defineProperty(object, String(key.value), {
        value: plainValue(value),
        enumerable: true,
        configurable: true,
        writable: true,
      });
  }
  return object;
}

/** An experiment is a few kilobytes; more is another kind of file, and would hold the editor while it is read. */
const mostCharacters = 250_000;
const deepest = 64;

/** Whether a text is short and flat enough to be looked at as an experiment. */
export const canBeRead = (text: string): boolean =>
  text.length <= mostCharacters && nestingOf(text) <= deepest;

function tooLong(text: string): Problem {
  return {
    ...tooDeep(),
    message: `The file has ${text.length} characters; an experiment has at most ${mostCharacters}.`,
    remedy: 'Name an experiment file; data belongs into files that it names.',
  };
}

function tooDeep(): Problem {
  return {
    message: 'The brackets nest more than 64 deep, which no experiment does.',
    remedy: 'Start again from one of the examples.',
    path: [],
    severity: 'error',
    code: 'syntax',
    offset: 0,
    length: 1,
    line: 1,
    column: 1,
  };
}
