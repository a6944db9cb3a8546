import type { ComparisonSection } from './sections.ts';

/** What both the engine's comparison and the dashboard's have. */
interface Sectioned {
  readonly runs: readonly { readonly run: string }[];
  readonly teachers: readonly { readonly key: string }[];
  readonly groups: readonly { readonly key: string }[];
  readonly verdicts: readonly { readonly group: string }[];
  readonly advice: readonly { readonly about: readonly string[] }[];
  readonly differences: readonly unknown[];
  readonly sections: readonly (Pick<ComparisonSection, 'key' | 'title' | 'groups' | 'teachers' | 'runs'> & {
    readonly differences: readonly unknown[];
  })[];
}

/** The comparison of each section by itself; the very same where there is only one. */
export function partsOf<T extends Sectioned>(comparison: T): T[] {
  const { sections } = comparison;
  if (sections.length <= 1) return [comparison];
  return sections.map((section) => {
    const keys = new Set([...section.groups, ...section.teachers]);
    const runs = new Set(section.runs);
    return {
      ...comparison,
      runs: comparison.runs.filter(({ run }) => runs.has(run)),
      teachers: comparison.teachers.filter(({ key }) => keys.has(key)),
      groups: comparison.groups.filter(({ key }) => keys.has(key)),
      verdicts: comparison.verdicts.filter(({ group }) => keys.has(group)),
      advice: comparison.advice.filter(({ about }) => about.some((key) => keys.has(key))),
      differences: section.differences,
      sections: [section],
    };
  });
}
