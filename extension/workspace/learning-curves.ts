import type { LearningCurve } from '../../src/compare/charts/learning-curves.ts';
import { isLayerMetric } from '../../src/compare/figures/layer-losses.ts';
import { scoreNames } from '../../src/experiment/tasks/scores.ts';
import type { FoundRun } from './runs/run-folders.ts';

const points = 200;
/** What is told at every epoch; a curve with a point for each step would say the same with more ink. */
const shown = new Set([
  ...['loss', 'accuracy', 'validation.loss', 'validation.accuracy', 'perplexity'],
  ...scoreNames.map((name) => `validation.${name}`),
]);

/** The curves of the students, thinned to what a picture can show. */
export async function learningCurvesOf(runs: readonly FoundRun[]): Promise<LearningCurve[]> {
  const curves: LearningCurve[] = [];
  for (const { folder, record } of runs) {
    const store = await folder.reader();
    if (!store) continue;
    const series = (await store.series([record.id])).get(record.id) ?? [];
    for (const { model, name } of series)
      if (model === 'student' && (shown.has(name) || isLayerMetric(name)))
        curves.push({
          run: record.id,
          metric: name,
          points: await store.points(record.id, model, name, points),
        });
  }
  return curves;
}
