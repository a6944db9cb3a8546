import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where Linux tells what parts of a processor have used (RAPL); newer systems let only root read it. */
export const powercap = '/sys/class/powercap';

/** The whole processor, and its memory, which is not counted in it; parts of a processor would count twice. */
const counted = /^(package-\d+|dram)$/;

interface Counter {
  readonly name: string;
  /** Microjoules since some moment. */
  readonly file: string;
  /** Where the counter begins at 0 again, microjoules. */
  readonly range: number;
  last: number;
  used: number;
}

/** Counters of the energy that the processors of this machine have used, whoever used it. */
export class EnergyCounters {
  readonly #counters: readonly Counter[];

  private constructor(counters: readonly Counter[]) {
    this.#counters = counters;
  }

  /** @returns undefined where there are none, or they may not be read. */
  static async open(folder = powercap): Promise<EnergyCounters | undefined> {
    const entries = await readdir(folder).catch(() => []);
    const counters: Counter[] = [];
    for (const entry of entries.filter((name) => /^[a-z]+-rapl(:\d+)+$/.test(name)).sort()) {
      const zone = join(folder, entry);
      try {
        const name = (await readFile(join(zone, 'name'), 'utf8')).trim();
        if (!counted.test(name)) continue;
        const file = join(zone, 'energy_uj');
        const [last, range] = await Promise.all([
          numberIn(file),
          numberIn(join(zone, 'max_energy_range_uj')),
        ]);
        counters.push({ name, file, range, last, used: 0 });
      } catch {
        // Half of what a machine uses would pass for all of it.
        return undefined;
      }
    }
    return counters.some(({ name }) => name.startsWith('package')) ? new EnergyCounters(counters) : undefined;
  }

  get sources(): string[] {
    return this.#counters.map(({ name }) => name);
  }

  /** To be called more often than a counter goes round once, which takes minutes. @returns joules since the beginning */
  async read(): Promise<number> {
    for (const counter of this.#counters) {
      const now = await numberIn(counter.file);
      const step = now - counter.last;
      counter.used += step >= 0 ? step : step + counter.range;
      counter.last = now;
    }
    return this.#counters.reduce((sum, { used }) => sum + used, 0) / 1e6;
  }
}

async function numberIn(file: string): Promise<number> {
  const value = Number(await readFile(file, 'utf8'));
  if (!Number.isFinite(value)) throw new TypeError(`${file} holds no number.`);
  return value;
}
