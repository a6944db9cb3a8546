import type { Advice } from './advice/advice.ts';
import { adviseOn } from './advice/advise.ts';
import type { ComparedRun } from './compared-run.ts';
import { dataDifferences, describeData } from './data-read.ts';
import { type ConfigDifference, configDifferences } from './differences.ts';
import { type Environment, environmentsOf } from './environments.ts';
import { figuresOf, type RunFigures } from './figures/run-figures.ts';
import { groupRuns, type RunGroup } from './groups.ts';
import { partsOf } from './sections/parts.ts';
import { byDataSet, type ComparisonSection, sectionsOf } from './sections/sections.ts';
import { type TeacherRow, teachersOf } from './teachers.ts';
import { judge, type Verdict, type VerdictOptions } from './verdicts/verdict.ts';

/** Everything a report or a dashboard says about a set of runs. Plain data. */
export interface Comparison {
  /** One per run, in the order given. */
  readonly runs: readonly RunFigures[];
  readonly teachers: readonly TeacherRow[];
  readonly groups: readonly RunGroup[];
  readonly verdicts: readonly Verdict[];
  /** Settings that differ between groups; the values follow the order of `groups`. */
  readonly differences: readonly ConfigDifference[];
  readonly advice: readonly Advice[];
  readonly environments: readonly Environment[];
  /** What was measured on the same data and task; `partsOf` gives the comparison of each. */
  readonly sections: readonly ComparisonSection[];
}

/**
 * Compares runs of any state; those that have not completed are listed, but take no part in means and verdicts. Runs on
 * different data, or of different tasks, are neither judged nor advised upon by each other.
 */
export function compareRuns(runs: readonly ComparedRun[], options: VerdictOptions = {}): Comparison {
  const groups = groupRuns(runs);
  const teachers = teachersOf(groups);
  const judged = new Map(
    byDataSet(groups)
      .flatMap((same) => judge(same, options))
      .map((verdict) => [verdict.group, verdict]),
  );
  const counted = new Map(groups.flatMap((group) => group.counted.map((figures) => [figures.run, figures])));
  const comparison: Comparison = {
    // The very same objects: what is sent to another thread then holds each once.
    runs: runs.map((run) => counted.get(run.id) ?? figuresOf(run)),
    teachers,
    groups,
    verdicts: groups.flatMap(({ key }) => judged.get(key) ?? []),
    differences: differencesOf(groups),
    advice: [],
    environments: environmentsOf(runs),
    sections: sectionsOf(groups, teachers, differencesOf),
  };
  return { ...comparison, advice: partsOf(comparison).flatMap(adviseOn) };
}

const differencesOf = (groups: readonly RunGroup[]): ConfigDifference[] => [
  ...configDifferences(groups.map((group) => group.config)),
  ...differentData(groups),
];

/** Where groups read other data, that stands among their settings: the same experiment can have read both. */
function differentData(groups: readonly RunGroup[]): ConfigDifference[] {
  const first = groups.find(({ data }) => data !== null)?.data ?? null;
  const keys = new Set(groups.flatMap(({ data }) => dataDifferences(first, data)));
  return [...keys].map((key) => {
    const texts = groups.map(({ data }) => describeData(data, key));
    return { key, values: texts, texts };
  });
}
