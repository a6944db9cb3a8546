import type { CurveData } from '../../../webview/protocol/detail.ts';
import { numbers, type SampleRun } from './sample-data.ts';

/** Curves of a run as far as it has come: validation per epoch, loss and its terms per few steps. */
export function curvesOfRun(run: SampleRun, points: number): CurveData[] {
  const random = numbers(run.seed * 7919 + run.id.length + (run.createdAt! % 10_007));
  const share = run.progress ?? 1;
  const curve = (metric: string, count: number, value: (t: number) => number): CurveData => {
    const n = Math.max(1, Math.round(count * share));
    const at = Array.from({ length: n }, (_, index) => (index + 1) / count);
    return {
      run: run.id,
      model: 'student',
      metric,
      steps: at.map((t) => Math.round(t * 1500)),
      epochs: at.map((t) => Number((t * 12).toFixed(3))),
      times: at.map((t) => run.createdAt! + t * 40_000 * (1 + run.seed / 10)),
      values: at.map(value),
    };
  };
  const end = run.result?.student.accuracy ?? 0.88;
  const fall = (t: number, from: number, to: number) =>
    to + (from - to) * Math.exp(-6 * t) + (random() - 0.5) * 0.06;
  const curves = [
    curve('validation.accuracy', 12, (t) => end - 0.5 * Math.exp(-7 * t) + (random() - 0.5) * 0.004),
    curve('loss', Math.min(points, 300), (t) => fall(t, 2.3, 0.3)),
    curve('learningRate', Math.min(points, 100), (t) => (t < 0.1 ? t * 10 : 1 - (t - 0.1) / 0.9) * 1e-3),
  ];
  if (run.strategy === 'response')
    curves.push(
      curve('loss.response', 60, (t) => Math.max(0, fall(t, 3.2, 0.5))),
      curve('loss.labels', 60, (t) => Math.max(0, fall(t, 2.2, 0.35))),
    );
  if (run.strategy === 'feature') {
    const first = curve('layer.feature.1-2', 40, (t) => 0.3 + 0.9 * Math.exp(-5 * t));
    const second = curve('layer.feature.2-4', 40, (t) => 0.7 + 0.8 * Math.exp(-3 * t));
    const sum = first.values.map((value, index) => value! + second.values[index]!);
    curves.push(first, second, { ...first, metric: 'loss.feature', values: sum });
    curves.push(curve('loss.labels', 40, (t) => Math.max(0, fall(t, 2.2, 0.35))));
  }
  return curves;
}
