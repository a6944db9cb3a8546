import type { Doubt, Phase, RunData, RunEvent, RunResult } from '../../worker/directory/events.ts';
import type { ExportReport } from '../../worker/directory/export-report.ts';
import type { RunState } from '../../worker/directory/run-states.ts';

/** How far the present phase of a run is. */
export interface RunProgress {
  readonly phase: Phase;
  readonly done: number;
  readonly total: number;
  readonly unit: string;
  /** Units per second, or null where it is not known yet. */
  readonly rate: number | null;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** Why a run ended other than by completing. */
export interface RunError {
  readonly message: string;
  readonly remedy?: string;
  /** Whether the user can mend it by changing the experiment. */
  readonly userError: boolean;
}

/** A doubt with the number of the event that said it. */
export interface SummarizedDoubt extends Doubt {
  readonly seq: number;
}

/** An export with the number of the event that told it, and when that was, in milliseconds since 1970. */
export interface SummarizedExport extends ExportReport {
  readonly seq: number;
  readonly time: number;
}

/** What the events of a run add up to. */
export interface RunSummary {
  readonly state: RunState;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly device?: string;
  readonly deviceKind?: string;
  readonly versions?: Readonly<Record<string, string>>;
  readonly pid?: number;
  readonly host?: string;
  readonly resumedFromEpoch?: number;
  readonly phase?: Phase;
  readonly progress?: RunProgress;
  /** What it read; a resumed run reads its data anew. */
  readonly data?: RunData;
  readonly result?: RunResult;
  readonly error?: RunError;
  /** Of a cancelled run: one that was stopped can be resumed, one that was cancelled kept nothing to resume from. */
  readonly cancelReason?: 'stop' | 'cancel';
  /** Why a sweep ended the run early; it stays where somebody resumed the run after that. */
  readonly dropReason?: string;
  /** Why the result cannot be taken at face value, each message once. */
  readonly doubts?: readonly SummarizedDoubt[];
  /** The latest of each folder, as {@link exportsOf} reads them. */
  readonly exports?: readonly SummarizedExport[];
  /** Number of the event each part was taken from: an older event that arrives late must not undo a newer one. */
  readonly from: Readonly<Partial<Record<Part, number>>>;
}

type Part = 'state' | 'firstStart' | 'start' | 'phase' | 'progress' | 'data' | 'result';

export const emptySummary: RunSummary = { state: 'queued', from: {} };

/** The summary once `event` is known too. Events may come in any order, but each only once. */
export function addToSummary(summary: RunSummary, event: RunEvent): RunSummary {
  switch (event.type) {
    case 'started': {
      let next = summary;
      if (event.seq < (next.from.firstStart ?? Number.POSITIVE_INFINITY))
        next = { ...next, startedAt: event.time, from: { ...next.from, firstStart: event.seq } };
      next = take(next, 'start', event.seq, {
        device: event.device,
        deviceKind: event.deviceKind,
        versions: event.versions,
        pid: event.pid,
        host: event.host,
        resumedFromEpoch: event.resumedFromEpoch,
      });
      // What a resumed run reported before it was interrupted is no news of it any more.
      next = take(next, 'phase', event.seq, { phase: undefined });
      next = take(next, 'progress', event.seq, { progress: undefined });
      return take(next, 'state', event.seq, {
        state: 'running',
        endedAt: undefined,
        error: undefined,
        cancelReason: undefined,
      });
    }
    case 'phase':
      return take(summary, 'phase', event.seq, { phase: event.phase });
    case 'progress': {
      const { phase, done, total, unit, rate, time } = event;
      const next = take(summary, 'phase', event.seq, { phase });
      return take(next, 'progress', event.seq, { progress: { phase, done, total, unit, rate, time } });
    }
    case 'data':
      return take(summary, 'data', event.seq, { data: event.data });
    case 'result':
      return take(summary, 'result', event.seq, { result: event.result });
    case 'completed':
      return take(summary, 'state', event.seq, {
        state: 'completed',
        endedAt: event.time,
        error: undefined,
        cancelReason: undefined,
      });
    case 'cancelled':
      return take(summary, 'state', event.seq, {
        state: 'cancelled',
        endedAt: event.time,
        error: undefined,
        cancelReason: event.reason,
      });
    case 'failed': {
      const { message, remedy, userError } = event;
      return take(summary, 'state', event.seq, {
        state: 'failed',
        endedAt: event.time,
        cancelReason: undefined,
        error: { message, userError, ...(remedy !== undefined && { remedy }) },
      });
    }
    case 'dropped':
      return take({ ...summary, dropReason: event.message }, 'state', event.seq, {
        state: 'dropped',
        endedAt: event.time,
        error: undefined,
        cancelReason: undefined,
      });
    case 'interrupted':
      return take(summary, 'state', event.seq, {
        state: 'interrupted',
        endedAt: event.time,
        cancelReason: undefined,
        error: { message: event.message, userError: false },
      });
    case 'warning':
      return event.doubt === undefined
        ? summary
        : addDoubt(summary, { kind: event.doubt, message: event.message, seq: event.seq });
    case 'exported':
      return { ...summary, exports: withExport(summary.exports ?? [], event) };
    case 'metric':
    case 'checkpoint':
      return summary;
  }
}

/** The summary holds this many doubts at the most; all of them stay in the log. */
const mostDoubts = 50;

function addDoubt(summary: RunSummary, doubt: SummarizedDoubt): RunSummary {
  // A resumed run repeats what it said in its former life; the first time counts, in whatever order they arrive.
  const byMessage = new Map<string, SummarizedDoubt>();
  for (const one of [...(summary.doubts ?? []), doubt].sort((a, b) => a.seq - b.seq))
    if (!byMessage.has(one.message)) byMessage.set(one.message, one);
  return { ...summary, doubts: [...byMessage.values()].slice(0, mostDoubts) };
}

/** The summary holds so many exports at the most; all of them stay in the log. */
const mostExports = 40;

/** One that failed leaves what lay in its folder as it was, so it stands beside an earlier one until one succeeds. */
function withExport(
  known: readonly SummarizedExport[],
  { seq, time, export: report }: Extract<RunEvent, { type: 'exported' }>,
): readonly SummarizedExport[] {
  const latest = new Map<string, SummarizedExport>();
  for (const one of [...known, { ...report, seq, time }].sort((a, b) => a.seq - b.seq)) {
    const failed = `${one.folder}\nfailed`;
    latest.delete(failed);
    latest.delete(one.problem === undefined ? one.folder : failed);
    latest.set(one.problem === undefined ? one.folder : failed, one);
  }
  return [...latest.values()].slice(-mostExports);
}

function take(summary: RunSummary, part: Part, seq: number, values: Partial<RunSummary>): RunSummary {
  if (seq < (summary.from[part] ?? -1)) return summary;
  return { ...summary, ...values, from: { ...summary.from, [part]: seq } };
}

/** Bytes of the teacher's weights over those of the student's, from one measurement. */
export function compressionOf(result: RunResult | undefined): number | null {
  if (!result?.teacher || result.student.bytes <= 0) return null;
  return result.teacher.bytes / result.student.bytes;
}
