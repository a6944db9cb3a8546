import { type Advice, adviseOn } from './advice.ts';
import type { ComparedRun } from './compared-run.ts';
import { dataDifferences, describeData } from './data-read.ts';
import { type ConfigDifference, configDifferences } from './differences.ts';
import { type Environment, environmentsOf } from './environments.ts';
import { groupRuns, type RunGroup } from './groups.ts';
import { figuresOf, type RunFigures } from './run-figures.ts';
import { type TeacherRow, teachersOf } from './teachers.ts';
import { judge, type Verdict, type VerdictOptions } from './verdict.ts';

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
}

/** Compares runs of any state; those that have not completed are listed, but take no part in means and verdicts. */
export function compareRuns(runs: readonly ComparedRun[], options: VerdictOptions = {}): Comparison {
  const groups = groupRuns(runs);
  const teachers = teachersOf(groups);
  const verdicts = judge(groups, options);
  const counted = new Map(groups.flatMap((group) => group.counted.map((figures) => [figures.run, figures])));
  return {
    // The very same objects: what is sent to another thread then holds each once.
    runs: runs.map((run) => counted.get(run.id) ?? figuresOf(run)),
    teachers,
    groups,
    verdicts,
    differences: [...configDifferences(groups.map((group) => group.config)), ...differentData(groups)],
    advice: adviseOn({ groups, teachers, verdicts }),
    environments: environmentsOf(runs),
  };
}

/** Where groups read other data, that stands among their settings: the same experiment can have read both. */
function differentData(groups: readonly RunGroup[]): ConfigDifference[] {
  const first = groups.find(({ data }) => data !== null)?.data ?? null;
  const keys = new Set(groups.flatMap(({ data }) => dataDifferences(first, data)));
  return [...keys].map((key) => {
    const texts = groups.map(({ data }) => describeData(data, key));
    return { key, values: texts, texts };
  });
}
