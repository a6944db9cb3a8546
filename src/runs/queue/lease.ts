import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { isAlive, thisProcess } from '../../base/locks/process-identity.ts';
import type { RunStore } from '../store.ts';

/** Whoever holds a lease renews it again and again; silent for so long, it is gone and the next one takes over. */
const leaseMs = 10_000;

const holderSchema = z.object({
  pid: z.int().positive(),
  host: z.string(),
  start: z.string(),
  token: z.string(),
});

interface LeaseRow {
  readonly holder: string;
  readonly expires_at: number;
}

/**
 * One of many processes that share a store holds a lease. It says until when by the clock of its machine, and clocks
 * differ and jump: so a holder on this machine is asked whether it lives, and a lease that is not renewed
 * for ten seconds of this process's own clock, which only goes forward, is taken over whatever its date.
 */
export class Lease {
  readonly #store: RunStore;
  readonly #name: string;
  readonly #token = randomUUID();
  #self: string | undefined;
  #seen: (LeaseRow & { readonly since: number }) | undefined;
  #held = false;

  constructor(store: RunStore, name: string) {
    this.#store = store;
    this.#name = name;
  }

  /** Takes or renews the lease. @returns whether this process holds it now */
  async take(): Promise<boolean> {
    this.#self ??= JSON.stringify({ ...(await thisProcess()), token: this.#token });
    const current = await this.#store.transaction((database) =>
      database.get<LeaseRow>('SELECT holder, expires_at FROM leases WHERE name = ?', [this.#name]),
    );
    if (current && current.holder !== this.#self && !(await this.#isOver(current))) {
      this.#held = false;
      return false;
    }
    const renewed = current !== undefined && current.holder === this.#self;
    const taken = await this.#store.transaction((database) =>
      database.run(
        `INSERT INTO leases (name, holder, expires_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (name) DO UPDATE SET holder = ?2, expires_at = ?3 WHERE holder = ?4 AND expires_at = ?5`,
        [
          this.#name,
          this.#self!,
          // Later than before even where the clock was put back: others see a renewal by its new date.
          Math.max(Date.now() + leaseMs, renewed ? current.expires_at + 1 : 0),
          current?.holder ?? '',
          current?.expires_at ?? 0,
        ],
      ),
    );
    this.#held = taken > 0;
    return this.#held;
  }

  /** Lets another process take the lease at once. */
  async release(): Promise<void> {
    if (!this.#held) return;
    this.#held = false;
    await this.#store.transaction((database) =>
      database.run('DELETE FROM leases WHERE name = ? AND holder = ?', [this.#name, this.#self!]),
    );
  }

  /** Whether the holder of somebody else's lease is gone. */
  async #isOver(lease: LeaseRow): Promise<boolean> {
    const holder = readHolder(lease.holder);
    if (holder && (await isAlive(holder)) === false) return true;
    if (lease.expires_at < Date.now()) return true;
    if (this.#seen?.holder === lease.holder && this.#seen.expires_at === lease.expires_at)
      return performance.now() - this.#seen.since > leaseMs;
    this.#seen = { ...lease, since: performance.now() };
    return false;
  }
}

/** Undefined for what version 0.1.0 wrote, which does not tell its process. */
function readHolder(text: string): z.infer<typeof holderSchema> | undefined {
  try {
    return holderSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
