import { scoreNames } from '../experiment/tasks/scores.ts';
import { dataIdentity } from './data-read.ts';
import { describeModel } from './describe-model.ts';
import type { ReliabilityBin } from './figures/reliability.ts';
import type { ModelSummary } from './figures/run-figures.ts';
import { type Spread, spreadOf } from './figures/spread.ts';
import { configIdentity } from './flat-config.ts';
import type { RunGroup } from './groups.ts';

export type ModelFigureKey = Exclude<keyof ModelSummary, 'confusion' | 'reliability' | 'graph' | 'asIs'>;

/** One teacher of the compared runs, with what they measured of it. */
export interface TeacherRow {
  readonly key: string;
  readonly label: string;
  /** Keys of the groups that learned from it or were measured beside it. */
  readonly groups: readonly string[];
  readonly figures: Readonly<Record<ModelFigureKey, Spread | null>>;
  readonly confusion: readonly (readonly number[])[] | null;
  readonly reliability: readonly ReliabilityBin[] | null;
}

const figureKeys: readonly ModelFigureKey[] = [
  'accuracy',
  'loss',
  'parameters',
  'bytes',
  'latencyMs',
  'throughput',
  'macroF1',
  'calibrationError',
  'perplexity',
  'bitsPerByte',
  ...scoreNames,
];

/** The distinct teachers, in the order of the groups. Each run measured its teacher anew, so latencies have a spread. */
export function teachersOf(groups: readonly RunGroup[]): TeacherRow[] {
  const byIdentity = new Map<string, RunGroup[]>();
  for (const group of groups) {
    if (!group.counted.some((run) => run.teacher !== null)) continue;
    // It learns from labels alone, whatever its students learn from beside.
    const { unlabelled: _, ...dataset } = group.config.dataset as { readonly unlabelled?: unknown };
    const identity = configIdentity({
      dataset,
      teacher: group.config.teacher ?? null,
      directory: group.directory,
      data: group.data && [...dataIdentity(group.data)].flat(),
    });
    const same = byIdentity.get(identity);
    if (same) same.push(group);
    else byIdentity.set(identity, [group]);
  }
  return [...byIdentity.values()].map((members, index) => {
    const measured = members.flatMap((group) => group.counted.flatMap((run) => run.teacher ?? []));
    const teacher = members[0]!.config.teacher;
    const what = teacher?.checkpoint ?? describeModel(teacher?.model);
    return {
      key: `t${index + 1}`,
      label: `Teacher, ${what}`,
      groups: members.map((group) => group.key),
      figures: Object.fromEntries(
        figureKeys.map((key) => [key, spreadOf(measured.map((figures) => figures[key]))]),
      ) as Record<ModelFigureKey, Spread | null>,
      confusion: measured.find((figures) => figures.confusion !== null)?.confusion ?? null,
      reliability: measured.find((figures) => figures.reliability !== null)?.reliability ?? null,
    };
  });
}
