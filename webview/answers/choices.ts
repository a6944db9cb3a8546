import type { SortKey } from '../../src/answers/answer-page.ts';
import type { Choice } from '../parts/controls.ts';
import type { AnswerSide, AnswersOfRun } from '../protocol/answers.ts';
import type { RunRow } from '../protocol/rows.ts';

/** What somebody looks for among the answers, as the fields above the list have it. */
export interface AnswerLook {
  readonly show: string;
  readonly label: string;
  readonly filter: string;
  readonly sort: string;
}

export const firstLook: AnswerLook = { show: '', label: '', filter: '', sort: 'lost' };

/** A run whose answers are there, and what it is called. */
export interface NamedSource {
  readonly run: string;
  readonly name: string;
  readonly source: NonNullable<AnswersOfRun['source']>;
}

/** Filters that are asked for most, by whether the first or the second is right. */
export const shows = (first: string, second: string): readonly Choice[] => [
  { value: '', label: 'All samples' },
  { value: 'a=right b=wrong', label: `Only ${second} wrong` },
  { value: 'a=wrong b=right', label: `Only ${first} wrong` },
  { value: 'a=wrong b=wrong', label: 'Both wrong' },
  { value: 'a=right b=right', label: 'Both right' },
  { value: 'agree=no', label: 'Different answers' },
];

/** Of a model that stands alone. */
export const showsOfOne: readonly Choice[] = [
  { value: '', label: 'All samples' },
  { value: 'b=wrong', label: 'Wrong' },
  { value: 'b=right', label: 'Right' },
];

interface Sorting extends Choice {
  readonly key: SortKey;
  readonly descending: boolean;
}

/** Orders, as far as what is sorted by is there. */
export function sortings(
  first: string,
  second: string,
  { kind, texts }: NamedSource['source'],
): readonly Sorting[] {
  const classes = kind === 'classes';
  const all: (Sorting | false)[] = [
    { value: 'lost', label: `${second} lost most`, key: 'lost', descending: true },
    { value: 'gained', label: `${second} gained most`, key: 'lost', descending: false },
    classes && { value: 'divergence', label: 'Furthest apart', key: 'divergence', descending: true },
    classes && { value: 'a.unsure', label: `${first} least sure`, key: 'a.confidence', descending: false },
    classes && { value: 'b.sure', label: `${second} surest`, key: 'b.confidence', descending: true },
    classes && { value: 'b.unsure', label: `${second} least sure`, key: 'b.confidence', descending: false },
    { value: 'a.loss', label: `Worst of ${first}`, key: 'a.loss', descending: true },
    { value: 'b.loss', label: `Worst of ${second}`, key: 'b.loss', descending: true },
    texts && classes && { value: 'long', label: 'Longest', key: 'length', descending: true },
    texts && classes && { value: 'short', label: 'Shortest', key: 'length', descending: false },
    { value: 'position', label: 'As in the data', key: 'position', descending: false },
  ];
  return all.filter((one) => one !== false);
}

/** The filter of all fields together. */
export const filterOf = ({ show, label, filter }: AnswerLook): string =>
  [show, label === '' ? '' : `label="${label}"`, filter.trim()].filter(Boolean).join(' ');

export const sideKey = ({ run, model }: AnswerSide): string => JSON.stringify([run, model]);

/** Every model that answered. */
export const sidesOf = (sources: readonly NamedSource[]): readonly AnswerSide[] =>
  sources.flatMap(({ run, source }) => source.models.map((model) => ({ run, model })));

/** What is laid side by side at first: teacher and student of a run, or the students of the first two. */
export function firstSides(sources: readonly NamedSource[]): readonly [AnswerSide, AnswerSide] | undefined {
  const [one, other] = sources;
  if (!one) return undefined;
  const of = ({ run, source }: NamedSource, model: string): AnswerSide => ({
    run,
    model: source.models.includes(model) ? model : (source.models[0] ?? model),
  });
  return other ? [of(one, 'student'), of(other, 'student')] : [of(one, 'teacher'), of(one, 'student')];
}

/** What a model is called where others stand beside it. */
export function nameOfSide({ run, model }: AnswerSide, sources: readonly NamedSource[]): string {
  const found = sources.find((one) => one.run === run);
  const own = model === 'teacher' && found?.source.compressed ? 'original' : model;
  if (sources.length < 2 || !found) return own;
  // Students are what is compared; where there is little room, their runs tell them apart.
  return own === 'student' ? found.name : `${found.name}, ${own}`;
}

/** What runs are called beside each other: by their names, with the seed where these are the same, and else with the id. */
export function runNames(rows: readonly Pick<RunRow, 'id' | 'name' | 'seed'>[]): ReadonlyMap<string, string> {
  const forms = [
    ({ name }: (typeof rows)[number]) => name,
    ({ name, seed }: (typeof rows)[number]) => `${name}, seed ${seed}`,
    ({ name, id }: (typeof rows)[number]) => `${name} (${id})`,
  ] as const;
  return new Map(
    rows.map((row) => {
      const alone = forms.find((form) => rows.filter((other) => form(other) === form(row)).length === 1);
      return [row.id, (alone ?? forms[2])(row)];
    }),
  );
}
