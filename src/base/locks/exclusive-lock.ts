import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { fileProblem } from '../file-problem.ts';
import { openRegular, readRegular } from '../regular-file.ts';
import { isAlive, type ProcessIdentity, thisProcess } from './process-identity.ts';

const contentSchema = z.object({
  owner: z.object({ pid: z.int().positive(), host: z.string().max(255), start: z.string().max(255) }),
  token: z.string().max(255),
});
type Content = z.infer<typeof contentSchema>;

/** What stands behind the name of a lock in the names of claims to it. */
const claimSuffix = /^(takeover|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
/** Of a lock file. */
const mostBytes = 16_384;
const heartbeatMs = 5_000;
/** A holder on another machine cannot be asked; it counts as gone when its heartbeat has failed for so long. */
const silenceMs = 120_000;
/** How long to wait for another that is removing a stale lock. */
const takeoverMs = 5;

/**
 * A lock that a file stands for, among processes that share a folder. It dies with its holder: one whose process is
 * gone is taken over.
 */
export class ExclusiveLock {
  readonly #file: string;
  readonly #token: string;
  readonly #heartbeat: NodeJS.Timeout;

  private constructor(file: string, token: string) {
    this.#file = file;
    this.#token = token;
    this.#heartbeat = setInterval(() => {
      beat(file).catch(() => {});
    }, heartbeatMs);
    this.#heartbeat.unref();
  }

  /**
   * Takes the lock if it is free or its holder is gone.
   * @returns the lock, or who holds it.
   * @throws UserError if the folder cannot be written.
   */
  static async tryAcquire(file: string): Promise<ExclusiveLock | ProcessIdentity> {
    const token = randomUUID();
    const content: Content = { owner: await thisProcess(), token };
    const claim = `${file}.${token}`;
    try {
      await mkdir(dirname(file), { recursive: true });
      try {
        await writeFile(claim, JSON.stringify(content));
        for (;;) {
          // A link appears with its content or not at all, and never replaces another.
          if (await succeeds(link(claim, file), 'EEXIST')) {
            await sweepClaims(file, claim);
            return new ExclusiveLock(file, token);
          }
          const held = await read(file);
          if (held === 'gone') continue;
          if (held && !(await isStale(file, held, claim))) return held.owner;
          await removeStale(file, held?.token, claim);
        }
      } finally {
        await rm(claim, { force: true });
      }
    } catch (error) {
      throw fileProblem(error, file);
    }
  }

  async release(): Promise<void> {
    clearInterval(this.#heartbeat);
    const held = await read(this.#file);
    if (held !== 'gone' && held?.token === this.#token) await rm(this.#file, { force: true });
  }
}

/** What a lock file says; 'gone' where there is none, undefined where it says nothing that makes sense. */
async function read(file: string): Promise<Content | 'gone' | undefined> {
  try {
    return contentSchema.safeParse(JSON.parse((await readRegular(file, mostBytes)).toString('utf8'))).data;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'gone' : undefined;
  }
}

/** Writes what the file begins with anyway, so that the file system stamps it by the same clock as everybody's files. */
async function beat(file: string): Promise<void> {
  const handle = await openRegular(file, 'change');
  try {
    await handle.write('{', 0);
  } finally {
    await handle.close();
  }
}

/** The last heartbeat seen of foreign holders, by the file, and when this process saw it first. */
const heartbeats = new Map<
  string,
  { readonly token: string; readonly beat: number; readonly since: number }
>();

/**
 * Whether the holder of a lock is gone. Of a holder on another machine only its heartbeat tells. Clocks of machines
 * differ and jump, so a heartbeat is compared with a file that was written just now in the same folder, and one from the future
 * is judged by whether it goes on, on this process's own clock.
 */
async function isStale(file: string, held: Content, justWritten: string): Promise<boolean> {
  const alive = await isAlive(held.owner);
  if (alive !== undefined) return !alive;
  const beat = await modified(file);
  const now = await modified(justWritten);
  if (beat === undefined || now === undefined) return false;
  if (now - beat > silenceMs) return true;
  const seen = heartbeats.get(file);
  if (seen?.token === held.token && seen.beat === beat) return performance.now() - seen.since > silenceMs;
  heartbeats.set(file, { token: held.token, beat, since: performance.now() });
  return false;
}

async function modified(file: string): Promise<number | undefined> {
  return (await stat(file).catch(() => undefined))?.mtimeMs;
}

/**
 * Many processes may find the same stale lock, and one that is slow must not remove the new lock of a quicker one. So
 * whoever removes it holds a second lock meanwhile, and looks again whether it is still the stale one.
 */
async function removeStale(file: string, staleToken: string | undefined, claim: string): Promise<void> {
  const guard = `${file}.takeover`;
  if (!(await succeeds(link(claim, guard), 'EEXIST'))) {
    const remover = await read(guard);
    if (remover === 'gone') return;
    if (!remover || (await isStale(guard, remover, claim))) await rm(guard, { force: true });
    else await pause(takeoverMs);
    return;
  }
  try {
    const held = await read(file);
    if (held !== 'gone' && held?.token === staleToken) await rm(file, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}

/** Deletes what processes left that were killed while they asked for a lock: their claims, and the right to take it over. */
async function sweepClaims(file: string, justWritten: string): Promise<void> {
  const now = await modified(justWritten);
  const folder = dirname(file);
  const prefix = `${basename(file)}.`;
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith(prefix) || !claimSuffix.test(name.slice(prefix.length))) continue;
    const claim = join(folder, name);
    const held = await read(claim);
    if (held === 'gone') continue;
    // One that says nothing has not been written to its end: just now, or long ago by one who was killed.
    const gone = held
      ? (await isAlive(held.owner)) === false
      : (now ?? 0) - ((await modified(claim)) ?? Infinity) > silenceMs;
    if (gone) await rm(claim, { force: true });
  }
}

/** Whether it did, where failing with this code is an answer and not an error. */
async function succeeds(action: Promise<unknown>, code: string): Promise<boolean> {
  try {
    await action;
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === code) return false;
    throw error;
  }
}
