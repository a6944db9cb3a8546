import { offeredTargets } from '../../models/lora/offered-targets.ts';
import type { ModelParts } from '../models/model-report-schema.ts';

/** What of a checkpoint's parts an option names. */
export type PartKind = 'inputs' | 'values' | 'layers' | 'exits' | 'weights' | 'adaptable';

export interface WantedParts {
  readonly who: 'student' | 'teacher';
  readonly kind: PartKind;
}

export interface OfferedPart {
  /** As it stands in the experiment. */
  readonly value: string | number;
  readonly detail: string;
}

/** Whose parts stand at a place of an experiment; undefined where none do. */
export function partsWantedAt(path: readonly (string | number)[]): WantedParts | undefined {
  const [section, option, third, fourth] = path;
  const last = path.at(-1);
  if (section === 'strategy' && (last === 'student' || last === 'teacher') && path.length > 2)
    return { who: last, kind: 'layers' };
  if (section === 'strategy' && option === 'layers' && typeof third === 'number' && path.length === 3)
    return { who: 'student', kind: 'exits' };
  if (section !== 'student' && section !== 'teacher') return undefined;
  if (option === 'graph' && third === 'inputs' && fourth !== undefined)
    return { who: section, kind: 'inputs' };
  if (option === 'graph' && third === 'logits') return { who: section, kind: 'values' };
  if (section === 'student' && option === 'dropoutAt' && typeof third === 'number')
    return { who: section, kind: 'values' };
  if (option === 'freeze' && typeof third === 'number') return { who: section, kind: 'weights' };
  if (option === 'lora' && third === 'targets' && fourth !== undefined)
    return { who: section, kind: 'adaptable' };
  return undefined;
}

/** What can stand there. */
export function offeredParts(
  kind: PartKind,
  { inputs, values, parameters, buffers, adaptable, tied, layers }: ModelParts,
): OfferedPart[] {
  const plain = (names: readonly string[]) => names.map((value) => ({ value, detail: '' }));
  switch (kind) {
    case 'inputs':
      return plain(inputs);
    case 'values':
      // The answer stands at the end.
      return plain(values.toReversed());
    case 'layers':
    case 'exits':
      return [...numbersOf(kind, layers).map((value) => ({ value, detail: '' })), ...plain(values)];
    case 'adaptable':
      return plain(offeredTargets(adaptable));
    case 'weights': {
      const weights = [...parameters, ...buffers];
      return [
        ...patternsOf(weights.map(({ name }) => name)),
        ...weights.map(({ name, shape }) => ({ value: name, detail: shape })),
        ...tied.map(({ name, parameter }) => ({ value: name, detail: `= ${parameter}` })),
      ];
    }
  }
}

/** Layers by number: those that can be compared, or those that an exit can stand after. */
export function numbersOf(kind: 'layers' | 'exits', layers: number | undefined): number[] {
  const [first, last] = kind === 'layers' ? [0, layers ?? -1] : [1, (layers ?? 0) - 1];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
}

/** Patterns for what begins alike, up to a dot or a slash, that hold more than one. */
function patternsOf(names: readonly string[]): OfferedPart[] {
  const counts = new Map<string, number>();
  for (const name of names)
    for (const { index } of name.matchAll(/[./]/g)) {
      if (index === 0) continue;
      const start = name.slice(0, index + 1);
      counts.set(start, (counts.get(start) ?? 0) + 1);
    }
  return [...counts]
    .filter(([, count]) => count > 1 && count < names.length)
    .map(([start, count]) => ({ value: `${start}*`, detail: `${count}` }));
}
