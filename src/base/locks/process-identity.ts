import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { promisify } from 'node:util';
import { readProcessStat } from '../process-stat.ts';

/** Names one process for good: a pid alone is given to another process after its owner has ended. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** When the process started, in whatever form the system tells it; only compared for equality. */
  readonly start: string;
}

/** Asking by a program costs a tenth of a second and more; an answer serves for so long, if the pid still exists. */
const answerMs = 10_000;
const answers = new Map<number, { readonly start: Promise<string | undefined>; readonly until: number }>();

/** When a process started; undefined where there is none with this pid. */
export async function processStart(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') return linuxStart(pid);
  if (!exists(pid)) {
    answers.delete(pid);
    return undefined;
  }
  const now = performance.now();
  const known = answers.get(pid);
  if (known && known.until > now) return known.start;
  for (const [other, { until }] of answers) if (until <= now) answers.delete(other);
  const start = askProgram(pid);
  answers.set(pid, { start, until: now + answerMs });
  return start;
}

/**
 * The arguments a process was started with; undefined where they cannot be read. Where the system tells one line only,
 * that line is the only element.
 */
export async function processArguments(pid: number): Promise<readonly string[] | undefined> {
  if (process.platform === 'linux')
    try {
      return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').slice(0, -1);
    } catch {
      return undefined;
    }
  const line = await (process.platform === 'win32'
    ? ask('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', windowsCommandLine(pid)])
    : ask('ps', ['-ww', '-o', 'args=', '-p', `${pid}`]));
  return line === undefined ? undefined : [line];
}

let own: Promise<string | undefined> | undefined;

export async function thisProcess(): Promise<ProcessIdentity> {
  own ??= processStart(process.pid);
  return { pid: process.pid, host: hostname(), start: (await own) ?? '' };
}

/** Undefined where it cannot be told, because the process belongs to another machine. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean | undefined> {
  if (identity.host !== hostname()) return undefined;
  return (await processStart(identity.pid)) === identity.start;
}

async function linuxStart(pid: number): Promise<string | undefined> {
  try {
    const { dead, start } = await readProcessStat(pid);
    return dead ? undefined : `${await bootId()}/${start}`;
  } catch {
    return undefined;
  }
}

/** Clock ticks since boot mean nothing without the boot they count from. */
async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It is there, but belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const execute = promisify(execFile);

const askProgram = (pid: number): Promise<string | undefined> =>
  process.platform === 'win32'
    ? ask('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', windowsStart(pid)])
    : ask('ps', ['-o', 'lstart=', '-p', `${pid}`]);

/** What a program prints, or undefined where it fails or prints nothing. */
async function ask(program: string, args: readonly string[]): Promise<string | undefined> {
  try {
    return (await execute(program, args, { windowsHide: true })).stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}

const windowsStart = (pid: number) => `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`;
const windowsCommandLine = (pid: number) =>
  `(Get-CimInstance Win32_Process -Filter "ProcessId = ${pid}").CommandLine`;
