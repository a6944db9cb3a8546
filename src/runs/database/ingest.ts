import type { RunEvent } from '../../worker/directory/events.ts';
import type { Statements } from './database.ts';
import { addMetrics } from './metrics.ts';
import { addToSummary, compressionOf } from './run-summary.ts';
import { storedSummary } from './stored-json.ts';

interface RunRow {
  number: number;
  summary: string;
  state: string;
  last_seq: number;
  log_bytes: number;
}

/**
 * Stores events under (run, seq), inside a transaction. An event that is stored already is left as it is, so replaying
 * a log, in pieces or from two processes at once, changes nothing. Gives back the events that were new; undefined where
 * the run is not in the store.
 */
export async function ingestEvents(
  database: Statements,
  run: string,
  events: readonly RunEvent[],
  logBytes?: number,
): Promise<RunEvent[] | undefined> {
  const row = await database.get<RunRow>(
    'SELECT number, summary, state, last_seq, log_bytes FROM runs WHERE id = ?',
    [run],
  );
  if (!row) return undefined;
  const fresh = await insertNew(database, row.number, events);
  if (fresh.length === 0 && (logBytes === undefined || logBytes === row.log_bytes)) return fresh;
  await addMetrics(
    database,
    row.number,
    fresh.filter((event) => event.type === 'metric'),
  );
  await addArtifacts(database, row.number, fresh);
  const before = storedSummary(run, row.summary);
  const after = fresh.reduce(addToSummary, before);
  // Queued again or claimed by a launcher, a run keeps that state until its log says something new about it.
  const state = after.from.state === before.from.state ? row.state : after.state;
  await database.run(
    `UPDATE runs SET summary = ?, state = ?, started_at = ?, ended_at = ?, accuracy = ?, compression = ?,
       last_seq = ?, log_bytes = ? WHERE number = ?`,
    [
      JSON.stringify(after),
      state,
      after.startedAt ?? null,
      after.endedAt ?? null,
      after.result?.student.accuracy ?? null,
      compressionOf(after.result),
      fresh.reduce((last, { seq }) => Math.max(last, seq), row.last_seq),
      logBytes ?? row.log_bytes,
      row.number,
    ],
  );
  return fresh;
}

async function insertNew(database: Statements, run: number, events: readonly RunEvent[]) {
  if (events.length === 0) return [];
  const first = new Map<number, RunEvent>();
  for (const event of events) if (!first.has(event.seq)) first.set(event.seq, event);
  const rows = [...first.values()].map((event) => {
    const { seq, time, type, ...body } = event;
    return [seq, time, type, type === 'metric' ? null : JSON.stringify(body)];
  });
  const inserted = await database.all<{ seq: number }>(
    `INSERT OR IGNORE INTO events (run, seq, time, type, body)
     SELECT ?, json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'),
       json_extract(value, '$[3]') FROM json_each(?) RETURNING seq`,
    [run, JSON.stringify(rows)],
  );
  return inserted.map(({ seq }) => first.get(seq)!).sort((a, b) => a.seq - b.seq);
}

async function addArtifacts(database: Statements, run: number, events: readonly RunEvent[]) {
  for (const event of events) {
    if (event.type === 'checkpoint')
      await database.run(
        `INSERT INTO artifacts (run, path, kind, epoch, best, seq) VALUES (?, ?, 'checkpoint', ?, ?, ?)
         ON CONFLICT (run, path) DO UPDATE SET epoch = excluded.epoch, best = excluded.best, seq = excluded.seq
         WHERE excluded.seq > seq`,
        [run, event.path, event.epoch, event.best ? 1 : 0, event.seq],
      );
    if (event.type === 'completed')
      await database.run(
        `INSERT INTO artifacts (run, path, kind, seq) VALUES (?, 'student', 'student', ?)
         ON CONFLICT (run, path) DO UPDATE SET seq = max(seq, excluded.seq)`,
        [run, event.seq],
      );
  }
}
