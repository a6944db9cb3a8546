import type { Statements } from './database.ts';
import type { MetricPoint, SeriesInfo } from './metrics.ts';

/** Every curve of the given runs with its last and best values, by run id. No points are read. */
export async function selectSeries(
  database: Statements,
  runs: readonly string[],
): Promise<Map<string, SeriesInfo[]>> {
  interface Row extends Omit<SeriesInfo, 'lastStep'> {
    id: string;
    lastStep: number;
  }
  const rows = await database.all<Row>(
    `SELECT runs.id, model, series.name, points, last, lowest, highest, last_step AS lastStep
     FROM series JOIN runs ON runs.number = series.run
     WHERE runs.id IN (SELECT value FROM json_each(?)) ORDER BY series.number`,
    [JSON.stringify(runs)],
  );
  const byRun = new Map<string, SeriesInfo[]>(runs.map((id) => [id, []]));
  for (const { id, ...info } of rows) byRun.get(id)!.push(info);
  return byRun;
}

/**
 * The points of one curve by rising step. Where there are more than `maximum`, the steps are cut into equal buckets and
 * each keeps its lowest, its highest and its last point, with the very first one: peaks survive, and SQLite does the
 * work, so a long curve never crosses into JavaScript.
 */
export async function selectPoints(
  database: Statements,
  run: string,
  model: string,
  name: string,
  maximum = Number.POSITIVE_INFINITY,
): Promise<MetricPoint[]> {
  const series = await database.get<{ number: number; points: number }>(
    `SELECT series.number, points FROM series JOIN runs ON runs.number = series.run
     WHERE runs.id = ? AND model = ? AND series.name = ?`,
    [run, model, name],
  );
  if (!series) return [];
  if (series.points <= maximum)
    return database.all<MetricPoint>(
      'SELECT step, epoch, time, value FROM metrics WHERE series = ? ORDER BY step',
      [series.number],
    );
  const bounds = (await database.get<{ low: number; high: number }>(
    'SELECT min(step) AS low, max(step) AS high FROM metrics WHERE series = ?',
    [series.number],
  ))!;
  const buckets = Math.max(1, Math.floor((maximum - 1) / 3));
  const width = (bounds.high - bounds.low + 1) / buckets;
  // With a single min() or max(), SQLite takes the other columns from the row that has it.
  const extreme = (of: string) =>
    `SELECT step, epoch, time, value, ${of} FROM metrics WHERE series = ?1 GROUP BY CAST((step - ?2) / ?3 AS INTEGER)`;
  return database.all<MetricPoint>(
    `SELECT DISTINCT step, epoch, time, value FROM (
       ${extreme('min(value)')} UNION ALL ${extreme('max(value)')} UNION ALL ${extreme('max(step)')}
       UNION ALL SELECT step, epoch, time, value, 0 FROM metrics WHERE series = ?1 AND step = ?2
     ) ORDER BY step`,
    [series.number, bounds.low, width],
  );
}
