import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Names one process for good: a pid alone is given to another process after its owner has ended. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** When the process started, in whatever form the system tells it; only compared for equality. */
  readonly start: string;
}

/** When a process started; undefined where there is none with this pid. */
export function processStart(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The name in parentheses may hold spaces and parentheses itself; the fields after it do not.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
      return `${bootId()}/${fields[19]}`;
    }
    if (process.platform === 'win32') {
      const command = `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`;
      return run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', command]);
    }
    return run('ps', ['-o', 'lstart=', '-p', String(pid)]);
  } catch {
    return undefined;
  }
}

export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, host: hostname(), start: processStart(process.pid) ?? '' };
}

/** Undefined where it cannot be told, because the process belongs to another machine. */
export function isAlive(identity: ProcessIdentity): boolean | undefined {
  if (identity.host !== hostname()) return undefined;
  return processStart(identity.pid) === identity.start;
}

/** Clock ticks since boot mean nothing without the boot they count from. */
function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

function run(command: string, args: string[]): string | undefined {
  const output = execFileSync(command, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    windowsHide: true,
  }).trim();
  return output === '' ? undefined : output;
}
