import type { FileHandle } from 'node:fs/promises';
import { fileProblem } from '../../base/file-problem.ts';
import { openRegular } from '../../base/regular-file.ts';
import { type RunEvent, runEventSchema } from './events.ts';

/** A line that is not an event; it was skipped. */
export interface EventProblem {
  /** Byte at which the line starts. */
  readonly offset: number;
  readonly message: string;
}

export interface EventsRead {
  readonly events: RunEvent[];
  /** Where to go on reading next time: after the last complete line. */
  readonly offset: number;
  readonly problems: EventProblem[];
}

const longestChunk = 1 << 20;
/** No event is longer; what is cannot be one, and must not fill the memory of whoever reads. */
export const longestLine = 16 << 20;
const newline = 0x0a;

/**
 * Reads the events that were added to events.jsonl since `fromOffset`. A last line without its newline is still being
 * written and left for the next time; a line that is no event is skipped and reported. A file that has become shorter
 * than the offset is read from its start: events carry numbers, so reading one again does no harm.
 *
 * @returns nothing, at offset 0, where there is no such file yet
 * @throws UserError where something else than a regular file is in its place, or it may not be read
 */
export async function readEvents(file: string, fromOffset = 0): Promise<EventsRead> {
  let handle: FileHandle;
  try {
    handle = await openRegular(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { events: [], offset: 0, problems: [] };
    throw fileProblem(error, file);
  }
  try {
    const { size } = await handle.stat();
    const start = fromOffset > size ? 0 : fromOffset;
    // Asked several times a second for a few lines: a buffer for more would keep the garbage collector busy.
    return await readLines(handle, start, Math.min(longestChunk, size - start));
  } finally {
    await handle.close();
  }
}

async function readLines(handle: FileHandle, start: number, chunkBytes: number): Promise<EventsRead> {
  const events: RunEvent[] = [];
  const problems: EventProblem[] = [];
  if (chunkBytes === 0) return { events, offset: start, problems };
  const chunk = Buffer.allocUnsafe(chunkBytes);
  let lineStart = start;
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  for (let position = start; ; ) {
    const { bytesRead } = await handle.read(chunk, 0, chunkBytes, position);
    if (bytesRead === 0) break;
    let from = 0;
    for (;;) {
      const end = chunk.subarray(0, bytesRead).indexOf(newline, from);
      if (end < 0) break;
      const tooLong = pendingBytes + end - from > longestLine;
      const line = tooLong ? undefined : Buffer.concat([...pending, chunk.subarray(from, end)]);
      const parsed = line ? parseEventAt(line, lineStart) : 'longer than any event';
      if (typeof parsed === 'string') problems.push({ offset: lineStart, message: parsed });
      else if (parsed) events.push(parsed);
      pending = [];
      pendingBytes = 0;
      from = end + 1;
      lineStart = position + from;
    }
    const rest = bytesRead - from;
    pendingBytes += rest;
    if (pendingBytes <= longestLine) pending.push(Buffer.from(chunk.subarray(from, bytesRead)));
    else pending = [];
    position += bytesRead;
  }
  return { events, offset: lineStart, problems };
}

/**
 * As {@link parseEvent}, for the line that starts at a byte of the log. Events are numbered from 0, one a line, so that no
 * number can be larger than the bytes before it: one that is would make all later numbers meaningless.
 */
export function parseEventAt(line: Buffer, offset: number): RunEvent | string | undefined {
  const event = parseEvent(line.toString('utf8'));
  if (typeof event !== 'object' || event.seq <= offset) return event;
  return `no event: seq: ${event.seq} is more than there can be before byte ${offset}`;
}

/** @returns the event, what is wrong with the line, or undefined for an empty one. */
function parseEvent(line: string): RunEvent | string | undefined {
  if (line.trim() === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return `not JSON: ${excerpt(line)}`;
  }
  const result = runEventSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  return `no event: ${issue!.path.join('.') || 'line'}: ${issue!.message}: ${excerpt(line)}`;
}

const excerpt = (line: string) => JSON.stringify(line.length > 120 ? `${line.slice(0, 120)}…` : line);
