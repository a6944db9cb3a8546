import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { readProcessStat } from '../../src/base/process-stat.ts';

/** What one process uses; null where the system does not tell. */
export interface ProcessUsage {
  /** Processor cores that it keeps busy. */
  readonly cores: number | null;
  /** Bytes of memory that are its own. */
  readonly memory: number | null;
}

const unknown: ProcessUsage = { cores: null, memory: null };

/** Processor time between two looks, and the memory at the last. */
export class ProcessMeter {
  readonly #pid: number;
  #last: { readonly seconds: number; readonly at: number } | undefined;

  constructor(pid: number) {
    this.#pid = pid;
  }

  async read(): Promise<ProcessUsage> {
    try {
      if (process.platform === 'linux') return await this.#linux();
      if (process.platform === 'darwin') return await this.#mac();
    } catch {
      // The process has ended, or is none of ours.
    }
    return unknown;
  }

  async #linux(): Promise<ProcessUsage> {
    const [{ seconds }, status] = await Promise.all([
      readProcessStat(this.#pid),
      readFile(`/proc/${this.#pid}/status`, 'utf8'),
    ]);
    const at = performance.now() / 1000;
    const cores = this.#last ? (seconds - this.#last.seconds) / (at - this.#last.at) : null;
    this.#last = { seconds, at };
    const resident = /^VmRSS:\s+(\d+) kB/m.exec(status);
    return { cores, memory: resident ? Number(resident[1]) * 1024 : null };
  }

  async #mac(): Promise<ProcessUsage> {
    const { stdout } = await promisify(execFile)('ps', ['-o', '%cpu=,rss=', '-p', String(this.#pid)]);
    const [load, kibibytes] = stdout.trim().split(/\s+/).map(Number);
    return load === undefined || kibibytes === undefined || !Number.isFinite(load + kibibytes)
      ? unknown
      : { cores: load / 100, memory: kibibytes * 1024 };
  }
}
