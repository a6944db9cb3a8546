import type { Node } from 'jsonc-parser';
import type { ParsedText, SyntaxMistake } from './positions.ts';
import type { Problem } from './problem.ts';

/** Message and remedy of each mistake jsonc-parser knows. */
const sentences: Readonly<Record<string, readonly [message: string, remedy: string]>> = {
  InvalidSymbol: [
    'This is not JSON.',
    'Put text in double quotes; numbers, true, false and null stand bare.',
  ],
  InvalidNumberFormat: ['This is not a number JSON knows.', 'Write it like 3, 0.5 or 1e-4.'],
  PropertyNameExpected: ['A key in double quotes is expected here.', 'Write it like "epochs": 5.'],
  ValueExpected: ['A value is expected here.', 'Write one after the colon, or remove the key.'],
  ColonExpected: ['A colon is expected here.', 'Write : between the key and its value.'],
  CommaExpected: ['A comma is expected here.', 'Put , between two entries.'],
  CloseBraceExpected: ['A closing brace is missing.', 'Write } where the object ends.'],
  CloseBracketExpected: ['A closing bracket is missing.', 'Write ] where the list ends.'],
  EndOfFileExpected: ['There is more text after the experiment.', 'Remove what follows the last brace.'],
  InvalidCommentToken: ['This is not a comment JSON allows.', 'Start it with // or put it in /* … */.'],
  UnexpectedEndOfComment: ['A comment is never closed.', 'Write */ where it ends.'],
  UnexpectedEndOfString: ['A text is never closed.', 'Write " where it ends; a text must stay on one line.'],
  UnexpectedEndOfNumber: ['A number is incomplete.', 'Write digits after the point or the e.'],
  InvalidUnicode: ['An escape in a text is wrong.', 'Write \\u and four hexadecimal digits.'],
  InvalidEscapeCharacter: [
    'A backslash in a text is followed by something that is no escape.',
    'Write \\\\ for a backslash; in paths use / instead.',
  ],
  InvalidCharacter: ['A text holds a control character.', 'Write \\t for a tab and \\n for a line break.'],
};

/**
 * What is wrong with the text as JSON: of each line only the first mistake, for most of what a parser finds behind one
 * follows from it.
 */
export function syntaxProblems(parsed: ParsedText): Problem[] {
  const lines = new Set<number>();
  // Without anything but comments there is nothing else to be said about them.
  const mistakes = parsed.root ? parsed.mistakes : parsed.mistakes.slice(0, 1);
  return mistakes.flatMap((mistake, index) => {
    // Such as None: a word that is no value, and the value missing.
    if (mistake.kind === 'ValueExpected' && mistakes[index - 1]?.kind === 'InvalidSymbol') return [];
    if (lines.has(mistake.line)) return [];
    lines.add(mistake.line);
    return [mistake.kind === 'HashComment' ? hashProblem(parsed, mistake) : syntaxProblem(mistake)];
  });
}

/** One problem, and one fix, for all comments of the kind. */
function hashProblem({ hashComments }: ParsedText, { kind: _, ...place }: SyntaxMistake): Problem {
  const count = hashComments.length;
  return {
    message:
      count === 1 ? 'This comment begins with #.' : `${count} comments begin with #; this is the first.`,
    remedy: 'Comments begin with //.',
    path: [],
    severity: 'error',
    code: 'syntax',
    fix: {
      title: count === 1 ? 'Begin the comment with //' : `Begin all ${count} comments with //`,
      path: [],
      edits: hashComments.map(({ offset }) => ({ offset, length: 1, content: '//' })),
    },
    ...place,
  };
}

function syntaxProblem(mistake: SyntaxMistake): Problem {
  const { kind, ...place } = mistake;
  const [message, remedy] = sentences[kind] ?? ['This is not JSON.', 'Correct or remove it.'];
  return { message, remedy, path: [], severity: 'error', code: 'syntax', ...place };
}

/** Keys written twice: JSON lets the last one win, without a word. */
export function duplicateKeys(parsed: ParsedText): Problem[] {
  const problems: Problem[] = [];
  const visit = (node: Node | undefined, path: (string | number)[]) => {
    if (node?.type === 'array') {
      for (const [index, child] of (node.children ?? []).entries()) visit(child, [...path, index]);
      return;
    }
    if (node?.type !== 'object') return;
    const seen = new Set<string>();
    for (const property of node.children ?? []) {
      const [key, value] = property.children ?? [];
      const name = String(key?.value);
      if (key !== undefined && seen.has(name))
        problems.push({
          message: `"${name}" is written twice in the same object; only one of them can count.`,
          remedy: 'Remove one of the two.',
          path: [...path, name],
          at: 'key',
          severity: 'error',
          code: 'duplicate-key',
          ...parsed.place(key.offset, key.length),
        });
      seen.add(name);
      visit(value, [...path, name]);
    }
  };
  visit(parsed.root, []);
  return problems;
}
