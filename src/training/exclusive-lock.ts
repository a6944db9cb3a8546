import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { fileProblem } from '../data/file-problem.ts';
import { isAlive, type ProcessIdentity, thisProcess } from './process-identity.ts';

const contentSchema = z.object({
  owner: z.object({ pid: z.int(), host: z.string(), start: z.string() }),
  token: z.string(),
});
type Content = z.infer<typeof contentSchema>;

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
      const now = new Date();
      utimes(file, now, now).catch(() => {});
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
      await writeFile(claim, JSON.stringify(content));
      try {
        for (;;) {
          // A link appears with its content or not at all, and never replaces another.
          if (await succeeds(link(claim, file), 'EEXIST')) return new ExclusiveLock(file, token);
          const held = await read(file);
          if (held === 'gone') continue;
          if (held && !(await isStale(file, held))) return held.owner;
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
    return contentSchema.safeParse(JSON.parse(await readFile(file, 'utf8'))).data;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'gone' : undefined;
  }
}

async function isStale(file: string, held: Content): Promise<boolean> {
  const alive = await isAlive(held.owner);
  if (alive !== undefined) return !alive;
  const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Date.now() }));
  return Date.now() - mtimeMs > silenceMs;
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
    if (!remover || (await isStale(guard, remover))) await rm(guard, { force: true });
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
