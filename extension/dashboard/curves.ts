import type { MetricPoint } from '../../src/runs/database/metrics.ts';
import type { RunStore } from '../../src/runs/store.ts';
import type { RunEvent } from '../../src/worker/directory/events.ts';
import type { CurveData } from '../../webview/protocol/detail.ts';
import type { Requests } from '../../webview/protocol/messages.ts';

/** More than any picture shows, and quick to send. */
const mostPoints = 5000;

/** The curves of runs of one store, thinned in the database. */
export async function readCurves(
  store: Pick<RunStore, 'series' | 'points'>,
  { runs, metrics, points }: Requests['curves']['parameters'],
): Promise<CurveData[]> {
  const wanted = metrics && new Set(metrics);
  const most = Math.min(mostPoints, Math.max(2, Math.floor(points) || 2));
  const curves: CurveData[] = [];
  for (const [run, series] of await store.series(runs))
    for (const { model, name } of series) {
      if (wanted && !wanted.has(name)) continue;
      curves.push(curveOf(run, model, name, await store.points(run, model, name, most)));
    }
  return curves;
}

function curveOf(run: string, model: string, metric: string, points: readonly MetricPoint[]): CurveData {
  return {
    run,
    model,
    metric,
    steps: points.map(({ step }) => step),
    epochs: points.map(({ epoch }) => epoch),
    times: points.map(({ time }) => time),
    values: points.map(({ value }) => value),
  };
}

interface Growing {
  readonly points: MetricPoint[];
  readonly model: string;
  readonly metric: string;
}

/** Points of one run as they come, until they are told. */
export class NewPoints {
  readonly run: string;
  #curves = new Map<string, Growing>();

  constructor(run: string) {
    this.run = run;
  }

  add(events: readonly RunEvent[]): void {
    for (const event of events) {
      if (event.type !== 'metric') continue;
      const { model, step, epoch, time, values } = event;
      for (const [metric, value] of Object.entries(values)) {
        const key = JSON.stringify([model, metric]);
        const curve = this.#curves.get(key) ?? { points: [], model, metric };
        this.#curves.set(key, curve);
        // A resumed run repeats steps: what it says now replaces what it said.
        while (curve.points.length > 0 && curve.points.at(-1)!.step >= step) curve.points.pop();
        curve.points.push({ step, epoch, time, value });
      }
    }
  }

  /** What came since the last time. */
  take(): CurveData[] {
    const taken = [...this.#curves.values()].map(({ model, metric, points }) =>
      curveOf(this.run, model, metric, points),
    );
    this.#curves = new Map();
    return taken;
  }
}
