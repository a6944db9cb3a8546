import { OrtSession } from '../../runtime/session.ts';
import type { SessionOptions } from '../../runtime/session-options.ts';

/** Compiled sessions by structure key; the one unused for longest is released when there are too many. */
export class SessionCache {
  /** In order of use, the latest last. */
  readonly #sessions = new Map<string, Promise<OrtSession>>();
  readonly #limit: number;
  #compiled = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many sessions are held. */
  get size(): number {
    return this.#sessions.size;
  }

  /** How many sessions were ever compiled through this cache. */
  get compiled(): number {
    return this.#compiled;
  }

  /** The session for a structure, compiled from `model` if there is none. */
  async get(key: string, model: () => Uint8Array, options: SessionOptions): Promise<OrtSession> {
    let session = this.#sessions.get(key);
    if (session) {
      this.#sessions.delete(key);
    } else {
      this.#compiled++;
      session = OrtSession.create(model(), options);
      session.catch(() => this.#sessions.delete(key));
    }
    this.#sessions.set(key, session);
    const result = await session;
    await this.#trim();
    return result;
  }

  async #trim(): Promise<void> {
    while (this.#sessions.size > this.#limit) {
      const [oldest, session] = this.#sessions.entries().next().value!;
      this.#sessions.delete(oldest);
      await (await session).release();
    }
  }

  async dispose(): Promise<void> {
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    for (const session of sessions) await (await session).release();
  }
}
