import type { RunEvent } from '../../worker/directory/events.ts';
import type { Statements } from './database.ts';

/** An event as stored; curves are read with `points`, so metric events have no body here. */
export interface StoredEvent {
  readonly seq: number;
  readonly time: number;
  readonly type: RunEvent['type'];
  readonly body: Readonly<Record<string, unknown>> | undefined;
}

/** A file or folder that a run made; the path is relative to the run directory. */
export interface Artifact {
  readonly path: string;
  readonly kind: 'checkpoint' | 'student';
  readonly epoch: number | undefined;
  readonly best: boolean;
}

export interface EventSelection {
  /** Only those after this number. */
  readonly after?: number;
  /** At most so many, the newest. */
  readonly limit?: number;
  readonly without?: readonly RunEvent['type'][];
}

/** Events of a run, oldest first. */
export async function selectEvents(
  database: Statements,
  id: string,
  { after = -1, limit = 1_000_000, without = [] }: EventSelection,
): Promise<StoredEvent[]> {
  const rows = await database.all<{
    seq: number;
    time: number;
    type: RunEvent['type'];
    body: string | null;
  }>(
    `SELECT seq, time, type, body FROM events
     WHERE run = (SELECT number FROM runs WHERE id = ?) AND seq > ?
       AND type NOT IN (SELECT value FROM json_each(?)) ORDER BY seq DESC LIMIT ?`,
    [id, after, JSON.stringify(without), limit],
  );
  return rows.reverse().map(({ body, ...event }) => ({
    ...event,
    body: body === null ? undefined : (JSON.parse(body) as Record<string, unknown>),
  }));
}

/** What a run has made so far, in the order in which it did. */
export async function selectArtifacts(database: Statements, id: string): Promise<Artifact[]> {
  const rows = await database.all<{
    path: string;
    kind: Artifact['kind'];
    epoch: number | null;
    best: number;
  }>(
    'SELECT path, kind, epoch, best FROM artifacts WHERE run = (SELECT number FROM runs WHERE id = ?) ORDER BY seq, path',
    [id],
  );
  return rows.map(({ epoch, best, ...row }) => ({ ...row, epoch: epoch ?? undefined, best: best === 1 }));
}
