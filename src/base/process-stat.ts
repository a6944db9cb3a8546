import { readFile } from 'node:fs/promises';

/** Of the Linux kernel, whatever the machine: /proc tells times in hundredths of a second. */
export const ticksPerSecond = 100;

/** What Linux says of a process in /proc/PID/stat. */
export interface ProcessStat {
  /** It has ended, and only waits for its parent to hear of it. */
  readonly dead: boolean;
  /** Processor time that it has used, seconds. */
  readonly seconds: number;
  /** When it started, in ticks since the machine did; as text, for it is compared for equality. */
  readonly start: string;
}

/** @throws Error where there is no process with this pid, or it may not be looked at. */
export const readProcessStat = async (pid: number): Promise<ProcessStat> =>
  parseProcessStat(await readFile(`/proc/${pid}/stat`, 'utf8'));

/** @param text of /proc/PID/stat */
export function parseProcessStat(text: string): ProcessStat {
  // The name of the program, in parentheses, may hold spaces and parentheses itself; the fields after it do not.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return {
    dead: fields[0] === 'Z' || fields[0] === 'X',
    seconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
    start: fields[19] ?? '',
  };
}
