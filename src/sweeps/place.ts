import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileProblem } from '../base/file-problem.ts';
import { ExclusiveLock } from '../base/locks/exclusive-lock.ts';
import { openRegular, requireRealFolder } from '../base/regular-file.ts';

/**
 * Where processes that drive one sweep meet: a lock for the moment in which a point is begun, and what they are asked to
 * do. How the sweep stands is not kept here; that follows from its runs.
 */
export class SweepPlace {
  readonly #folder: string;

  constructor(dataDirectory: string, id: string) {
    this.#folder = join(dataDirectory, 'sweeps', id);
  }

  /** Does something that no other process does at the same time; undefined where one is at it just now. */
  async alone<T>(work: () => Promise<T>): Promise<T | undefined> {
    await this.#requireReal();
    const lock = await ExclusiveLock.tryAcquire(join(this.#folder, 'lock'));
    if (!(lock instanceof ExclusiveLock)) return undefined;
    try {
      return await work();
    } finally {
      await lock.release();
    }
  }

  /** Whether whoever drives the sweep is asked to end. */
  get stopRequested(): boolean {
    return existsSync(this.#stopFile);
  }

  /** Asks all processes that drive the sweep to end; they begin no further point. */
  async requestStop(): Promise<void> {
    await this.#requireReal();
    try {
      await mkdir(this.#folder, { recursive: true });
      await (await openRegular(this.#stopFile, 'replace')).close();
    } catch (error) {
      throw fileProblem(error, this.#folder);
    }
  }

  /** Takes the request back, for a process that begins to drive. */
  async clearStop(): Promise<void> {
    await rm(this.#stopFile, { force: true });
  }

  get #stopFile(): string {
    return join(this.#folder, 'stop');
  }

  /** @throws UserError where a link stands for the folder: what is written through it would be written elsewhere */
  async #requireReal(): Promise<void> {
    for (const folder of [join(this.#folder, '..'), this.#folder])
      await requireRealFolder(folder).catch((error: unknown) => {
        throw fileProblem(error, folder);
      });
  }
}
