import { hyperparametersOf } from '../editing/hyperparameters.ts';
import { describePath, type JsonPath } from '../parsing/problem.ts';
import { suggest } from '../parsing/suggestions.ts';

/** The steps of a path as messages write it, such as `student.model.channels[1]`; undefined for what is no path. */
export function parseOptionPath(text: string): JsonPath | undefined {
  if (!/^[^.[\]]+(\.[^.[\]]+|\[\d{1,6}\])*$/.test(text)) return undefined;
  return [...text.matchAll(/[^.[\]]+|\[\d+\]/g)].map(([step]) =>
    step.startsWith('[') ? Number(step.slice(1, -1)) : step,
  );
}

/** Whether one path leads to what lies within the other, or to the same. */
export const overlap = (one: JsonPath, other: JsonPath): boolean =>
  one.slice(0, other.length).every((step, index) => step === other[index]);

/** Paths of options that somebody may have meant, the nearest first. */
export function nearestOptions(written: string, experiment: unknown): string[] {
  const known = hyperparametersOf(experiment).map(({ path }) => path);
  const last = written.split('.').at(-1)!;
  const names = [...new Set(known.flatMap((path) => path.at(-1) ?? []).map(String))];
  const meant = names.includes(last) ? last : suggest(last, names);
  const whole = suggest(written, known.map(describePath));
  const named = known.filter((path) => String(path.at(-1)) === meant).map(describePath);
  return [...new Set([...(whole === undefined ? [] : [whole]), ...named])].slice(0, 4);
}
