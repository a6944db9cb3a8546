import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseProcessStat, ticksPerSecond } from '../../../src/base/process-stat.ts';
import { Silence } from './silence.ts';

const mark = 'DISTILLERY_CAMPAIGN';
/** How often the processes are looked at. */
const lookMs = 250;

/** Those that are not closed yet. */
const families = new Set<Family>();

interface Member {
  readonly start: string;
  readonly command: string;
}

/**
 * The processes of one case, those that were started detached too: all that have its mark in their environment. Only
 * Linux tells that of a process; elsewhere only those are known that were started here.
 */
export class Family {
  readonly environment: Readonly<Record<string, string>>;
  /** Of the largest process so far, resident. */
  peakBytes = 0;
  readonly #token = randomUUID();
  readonly #runs: string;
  /** Processes by pid; undefined for those that are not ours. */
  readonly #seen = new Map<number, Member | undefined>();
  readonly #started = new Map<number, string>();
  readonly #timer: NodeJS.Timeout;
  readonly #silence = new Silence();
  #printed = 0;
  #signs = '';
  #closed = false;

  /** @param dataDirectory where the logs of the runs grow. */
  constructor(dataDirectory: string) {
    this.environment = { [mark]: this.#token };
    this.#runs = join(dataDirectory, 'runs');
    this.#timer = setInterval(() => this.look(), lookMs);
    families.add(this);
  }

  /** Whether no more processes are to be started. */
  get closed(): boolean {
    return this.#closed;
  }

  /** To be told of every process that is started here. */
  started(pid: number, command: string): void {
    this.#started.set(pid, command);
  }

  ended(pid: number): void {
    this.#started.delete(pid);
  }

  /** To be told of everything that a process prints. */
  heard(bytes: number): void {
    this.#printed += bytes;
    this.sign();
  }

  /** To be told of whatever else shows that a process lives. */
  sign(): void {
    this.#silence.sign();
  }

  /** How long no process has given a sign of life, in milliseconds; 0 where none lives. */
  get silenceMs(): number {
    return this.members().length === 0 ? 0 : this.#silence.ms;
  }

  /** The longest time so far in which a process lived and none printed, wrote a run's log, began or ended. */
  get longestSilenceMs(): number {
    return this.#silence.longestMs;
  }

  /** Processes that live, with the words they were started with. */
  members(): { pid: number; command: string }[] {
    if (process.platform !== 'linux') return [...this.#started].map(([pid, command]) => ({ pid, command }));
    const found: { pid: number; command: string }[] = [];
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    for (const name of pids) {
      const member = this.#memberOf(Number(name));
      if (member) found.push({ pid: Number(name), command: member.command });
    }
    for (const pid of this.#seen.keys()) if (!pids.includes(`${pid}`)) this.#seen.delete(pid);
    return found;
  }

  /** Measures memory and silence once. */
  look(): void {
    const members = this.members();
    const pids = members.map(({ pid }) => pid);
    for (const pid of pids) this.peakBytes = Math.max(this.peakBytes, peakOf(pid));
    this.#silence.look(pids);
    const signs = [this.#printed, pids.join(), logBytes(this.#runs)].join('/');
    if (signs !== this.#signs || members.length === 0) this.sign();
    this.#signs = signs;
  }

  /** Ends all that still live. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#closed = true;
    families.delete(this);
    this.look();
    for (const deadline = performance.now() + 10_000; performance.now() < deadline; ) {
      const left = this.members();
      if (left.length === 0) return;
      for (const { pid } of left) kill(pid);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  #memberOf(pid: number): Member | undefined {
    const start = startOf(pid);
    if (start === undefined) return undefined;
    const known = this.#seen.get(pid);
    if (known?.start === start) return known;
    // A process has the environment of its parent until it is the program that it is to become.
    if (this.#seen.has(pid) && known === undefined && !young(start)) return undefined;
    const member = this.#isOurs(pid) ? { start, command: read(`/proc/${pid}/cmdline`) } : undefined;
    this.#seen.set(pid, member);
    return member;
  }

  #isOurs(pid: number): boolean {
    return read(`/proc/${pid}/environ`).split('\0').includes(`${mark}=${this.#token}`);
  }
}

/** Ends all processes of all cases, which cannot start others. */
export async function closeFamilies(): Promise<void> {
  await Promise.all([...families].map((family) => family.close()));
}

/** Kills a process of a case; one that has ended meanwhile is none to be killed. */
export function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

/** When a process started, in clock ticks since boot; undefined where it is gone, or dead and not yet waited for. */
function startOf(pid: number): string | undefined {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === '') return undefined;
  const { dead, start } = parseProcessStat(stat);
  return dead ? undefined : start;
}

/** Whether a process started within the last seconds. */
const young = (start: string): boolean =>
  Number(read('/proc/uptime').split(' ')[0]) - Number(start) / ticksPerSecond < 5;

function peakOf(pid: number): number {
  const [, kilobytes] = /VmHWM:\s*(\d+) kB/.exec(read(`/proc/${pid}/status`)) ?? [];
  return 1024 * Number(kilobytes ?? 0);
}

function logBytes(runs: string): number {
  let bytes = 0;
  for (const name of names(runs))
    bytes += statSync(join(runs, name, 'events.jsonl'), { throwIfNoEntry: false })?.size ?? 0;
  return bytes;
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** What a file of the system says; nothing where its process is gone. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
