import { taskOfDataset } from '../experiment/datasets/all.ts';
import type { Experiment } from '../experiment/schema/schema.ts';
import type { Objective } from '../experiment/schema/sweep-schema.ts';
import { eachScore, type ScoreName, scoreRecords } from '../experiment/tasks/scores.ts';
import type { RunRecord } from '../runs/database/run-records.ts';
import type { RunStore } from '../runs/store.ts';

/** A figure that points are judged by. */
export type JudgedFigure = Exclude<Objective, 'auto'> | ScoreName;

interface FigureFacts {
  readonly more: 'better' | 'worse';
  /** Of held-out samples: the curve of the student that has it, at the epoch whose weights are kept. */
  readonly curve?: string;
}

export const figureFacts: Readonly<Record<JudgedFigure, FigureFacts>> = {
  accuracy: { more: 'better', curve: 'validation.accuracy' },
  loss: { more: 'worse', curve: 'validation.loss' },
  bytes: { more: 'worse' },
  parameters: { more: 'worse' },
  latency: { more: 'worse' },
  ...eachScore(
    (name): FigureFacts => ({
      more: scoreRecords[name].better === 'higher' ? 'better' : 'worse',
      curve: `validation.${name}`,
    }),
  ),
};

/** The figures of a sweep, "auto" as what it stands for. */
export const figuresOf = (
  { dataset }: Pick<Experiment, 'dataset'>,
  objectives: readonly Objective[],
): JudgedFigure[] =>
  objectives.map((objective) => (objective === 'auto' ? taskOfDataset(dataset.kind).judgedBy : objective));

/** A figure with its sign turned where more is better: less is always better. */
export const costOf = (figure: JudgedFigure, value: number): number =>
  figureFacts[figure].more === 'better' ? -value : value;

/** The figures of a completed run, in the order asked for; null for one that it does not have. */
export async function measure(
  store: Pick<RunStore, 'points'>,
  { id, result }: RunRecord,
  figures: readonly JudgedFigure[],
): Promise<(number | null)[]> {
  const values: (number | null)[] = [];
  for (const figure of figures) {
    const { curve } = figureFacts[figure];
    if (curve === undefined) values.push(ofModel(figure, result?.student));
    else {
      const points = await store.points(id, 'student', curve);
      values.push(points.findLast(({ epoch }) => epoch === result?.bestEpoch)?.value ?? null);
    }
  }
  return values;
}

function ofModel(figure: JudgedFigure, student: NonNullable<RunRecord['result']>['student'] | undefined) {
  switch (figure) {
    case 'bytes':
      return student?.bytes ?? null;
    case 'parameters':
      return student?.parameters ?? null;
    case 'latency':
      return student?.latencyMs ?? null;
    default:
      return null;
  }
}
