import type { Point } from '../../sweeps/points.ts';
import type { Sweep } from '../../sweeps/sweep.ts';
import { endText } from '../progress/wording.ts';
import type { Terminal } from '../terminal.ts';
import type { SweepView } from './drive.ts';
import { figuresText, pointText } from './wording.ts';

/** Every event of every run on a line of its own, as `distillery run --json` has it, and beside them the points. */
export const jsonSweepView = ({ out, err }: Terminal, sweep: Sweep): SweepView => {
  const line = (value: object) => out(`${JSON.stringify(value)}\n`);
  return {
    begun: (point, values, runs) => line({ sweep: sweep.id, type: 'point', point, values, runs }),
    resumed: (run) => line({ sweep: sweep.id, type: 'resumed', run }),
    events: (run, events) => {
      for (const event of events) line({ run, ...event });
    },
    stands: () => {},
    say: (text) => err(`${text}\n`),
  };
};

/** A line for each point that begins or is done, and for each run that ends otherwise. */
export const lineSweepView = (terminal: Terminal, sweep: Sweep): SweepView => {
  const { err, errColors: colors } = terminal;
  const points = new Map<string, number>();
  let told: Set<number> | undefined;
  return {
    begun(index, values, runs) {
      for (const run of runs) points.set(run, index);
      err(`point ${index}: ${pointText(sweep, values)} ${colors.dim(runs.join(' '))}\n`);
    },
    resumed: (run) => err(`${run} goes on\n`),
    events(run, events) {
      for (const event of events) {
        const text = event.type === 'completed' ? undefined : endText(event, colors);
        if (text) err(`point ${points.get(run) ?? '?'}, ${run}: ${text}\n`);
      }
    },
    stands({ points: all, front }) {
      for (const { index, runs } of all) for (const { record } of runs) points.set(record.id, index);
      const done = all.filter(({ figures }) => figures);
      // What was done before this process began is no news.
      told ??= new Set(done.map(({ index }) => index));
      for (const point of done)
        if (!told.has(point.index)) {
          told.add(point.index);
          err(`point ${point.index}: ${figuresText(sweep, point)}${bestText(point, front, sweep)}\n`);
        }
    },
    say: (text) => err(`${text}\n`),
  };
};

function bestText(point: Point, front: readonly Point[], sweep: Sweep): string {
  if (front.includes(point)) return front.length > 1 ? ' · on the front' : ' · the best so far';
  const [best] = front;
  return front.length === 1 && best ? ` · best so far: point ${best.index}, ${figuresText(sweep, best)}` : '';
}
