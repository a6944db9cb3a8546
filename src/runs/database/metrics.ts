import type { RunEvent } from '../../worker/directory/events.ts';
import type { Statements } from './database.ts';

type MetricEvent = Extract<RunEvent, { type: 'metric' }>;

/** One curve of a run, by what is known of it without reading its points. */
export interface SeriesInfo {
  readonly model: string;
  readonly name: string;
  readonly points: number;
  readonly last: number | null;
  readonly lowest: number | null;
  readonly highest: number | null;
  readonly lastStep: number;
}

/** A point of a curve; the value is null where it was NaN or infinite. */
export interface MetricPoint {
  readonly step: number;
  readonly epoch: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly value: number | null;
}

interface Series {
  number: number;
  model: string;
  name: string;
  last_step: number;
  last_seq: number;
}

interface Sample {
  series: number;
  step: number;
  seq: number;
  time: number;
  epoch: number;
  value: number | null;
}

/**
 * Adds metric events that are not stored yet. A resumed run repeats the steps after its checkpoint: what an event says
 * of a step replaces what older events said of that step and of later ones, so every curve runs forward only.
 */
export async function addMetrics(database: Statements, run: number, events: readonly MetricEvent[]) {
  if (events.length === 0) return;
  const known = await seriesOf(database, run, events);
  const additions = new Map<number, Addition>();
  const samples: Sample[] = [];
  for (const event of [...events].sort((a, b) => a.seq - b.seq))
    for (const [name, value] of Object.entries(event.values)) {
      const series = known.get(seriesKey(event.model, name))!;
      const { seq, step, time, epoch } = event;
      const addition = additions.get(series.number) ?? { series, values: [], rewound: false };
      additions.set(series.number, addition);
      if (step <= series.last_step) {
        // What this call has gathered so far is older and may be what is replaced.
        await write(database, samples.splice(0));
        if (seq < series.last_seq && (await isSuperseded(database, series.number, step, seq))) continue;
        const replaced = 'DELETE FROM metrics WHERE series = ? AND step >= ? AND seq < ?';
        await database.run(replaced, [series.number, step, seq]);
        addition.rewound = true;
      } else if (seq < series.last_seq) continue;
      samples.push({ series: series.number, step, seq, time, epoch, value });
      addition.values.push(value);
      if (seq > series.last_seq) {
        series.last_seq = seq;
        series.last_step = step;
      }
    }
  await write(database, samples);
  await summarise(database, [...additions.values()]);
}

/** What one call adds to a series; after a rewind its totals must be counted anew. */
interface Addition {
  readonly series: Series;
  readonly values: (number | null)[];
  rewound: boolean;
}

const seriesKey = (model: string, name: string) => JSON.stringify([model, name]);

async function seriesOf(database: Statements, run: number, events: readonly MetricEvent[]) {
  const names = new Map<string, [string, string]>();
  for (const { model, values } of events)
    for (const name of Object.keys(values)) names.set(seriesKey(model, name), [model, name]);
  await database.run(
    `INSERT OR IGNORE INTO series (run, model, name)
     SELECT ?, json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?)`,
    [run, JSON.stringify([...names.values()])],
  );
  const rows = await database.all<Series>(
    'SELECT number, model, name, last_step, last_seq FROM series WHERE run = ?',
    [run],
  );
  return new Map(rows.map((row) => [seriesKey(row.model, row.name), row]));
}

async function isSuperseded(database: Statements, series: number, step: number, seq: number) {
  const newer = await database.get(
    'SELECT 1 FROM metrics WHERE series = ? AND step <= ? AND seq > ? LIMIT 1',
    [series, step, seq],
  );
  return newer !== undefined;
}

async function write(database: Statements, samples: readonly Sample[]) {
  if (samples.length === 0) return;
  await database.run(
    `INSERT OR REPLACE INTO metrics (series, step, seq, time, epoch, value)
     SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'),
       json_extract(value, '$[3]'), json_extract(value, '$[4]'), json_extract(value, '$[5]') FROM json_each(?)`,
    [
      JSON.stringify(
        samples.map(({ series, step, seq, time, epoch, value }) => [series, step, seq, time, epoch, value]),
      ),
    ],
  );
}

/** Count, last, lowest and highest value of each series, so that overviews need not read curves. */
async function summarise(database: Statements, additions: readonly Addition[]) {
  const input = additions.map(({ series, values, rewound }) => {
    const numbers = values.filter((value) => value !== null);
    return {
      number: series.number,
      points: values.length,
      lowest: numbers.length === 0 ? null : numbers.reduce((a, b) => Math.min(a, b)),
      highest: numbers.length === 0 ? null : numbers.reduce((a, b) => Math.max(a, b)),
      lastSeq: series.last_seq,
      lastStep: series.last_step,
      rewound: rewound ? 1 : 0,
    };
  });
  const json = JSON.stringify(input);
  const of = (key: string) => `json_extract(input.value, '$.${key}')`;
  // The two-argument min() and max() are null as soon as one side is.
  await database.run(
    `UPDATE series SET
       points = points + ${of('points')},
       lowest = min(ifnull(lowest, ${of('lowest')}), ifnull(${of('lowest')}, lowest)),
       highest = max(ifnull(highest, ${of('highest')}), ifnull(${of('highest')}, highest)),
       last_seq = ${of('lastSeq')},
       last_step = ${of('lastStep')},
       last = (SELECT value FROM metrics WHERE series = series.number ORDER BY step DESC LIMIT 1)
     FROM json_each(?) AS input WHERE series.number = ${of('number')}`,
    [json],
  );
  await database.run(
    `UPDATE series SET
       points = (SELECT count(*) FROM metrics WHERE series = series.number),
       lowest = (SELECT min(value) FROM metrics WHERE series = series.number),
       highest = (SELECT max(value) FROM metrics WHERE series = series.number)
     FROM json_each(?) AS input WHERE series.number = ${of('number')} AND ${of('rewound')} = 1`,
    [json],
  );
}
