import { distance } from 'fastest-levenshtein';
import { UserError } from '../../base/user-error.ts';
import type { GraphNames } from '../../experiment/architectures/onnx-graph.ts';
import type { JsonPath } from '../../experiment/parsing/problem.ts';

/** The key of config.json that keeps what was said of a graph with the graph. */
export const namesKey = 'distillery_graph';

/** Something that was said of a graph is not so. */
export class GraphNameProblem extends UserError {
  /** Where, within what was said. */
  readonly path: JsonPath;

  constructor(path: JsonPath, message: string, options: { remedy?: string; place?: string }) {
    super(message, options);
    this.path = path;
  }
}

const mostShown = 3;

/** The names that are most like one that is not there, the likest first. */
export function nearest(written: string, names: Iterable<string>): string[] {
  const plain = written.toLowerCase();
  const ranked = [...new Set(names)].map((name) => {
    const other = name.toLowerCase();
    const within = plain.length > 2 && (other.includes(plain) || (other.length > 2 && plain.includes(other)));
    return { name, apart: distance(plain, other) - (within ? 1e6 : 0) };
  });
  return ranked
    .sort((one, other) => one.apart - other.apart)
    .slice(0, mostShown)
    .map(({ name }) => name);
}

/** A sentence that names them. */
export function didYouMeanOne(written: string, names: Iterable<string>): string {
  const near = nearest(written, names).map((name) => JSON.stringify(name));
  return near.length === 0 ? 'It has none.' : `Nearest: ${near.join(', ')}.`;
}

/** Whether a name is one, or fits a pattern in which * stands for any characters, also none. */
export function matcherOf(pattern: string): (name: string) => boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return (name) => name === pattern;
  const last = rest.pop()!;
  return (name) => {
    if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last))
      return false;
    // The earliest place of each part leaves most room for those that follow.
    let at = first.length;
    for (const part of rest) {
      const found = name.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return at <= name.length - last.length;
  };
}

/** What is said now beside what was said before; of an input that has another role now, the old one is forgotten. */
export function joinedNames(
  before: GraphNames | undefined,
  now: GraphNames | undefined,
): GraphNames | undefined {
  if (!before || !now) return now ?? before;
  const taken = new Set(Object.values(now.inputs ?? {}));
  const kept = Object.entries(before.inputs ?? {}).filter(([, name]) => !taken.has(name));
  return { ...before, ...now, inputs: { ...Object.fromEntries(kept), ...now.inputs } };
}
