import { usableCores } from './cores.ts';

const threadsVariable = 'DISTILLERY_THREADS';

/** How many threads the process that started this one lets it compute with; undefined where it did not say. */
export function grantedThreads(environment: NodeJS.ProcessEnv = process.env): number | undefined {
  const threads = Number(environment[threadsVariable]);
  return Number.isInteger(threads) && threads > 0 ? threads : undefined;
}

/** The part of the cores that each of `processes` may use that train at the same time. */
export const fairThreads = (processes: number): number =>
  Math.max(1, Math.floor(usableCores() / Math.max(1, processes)));

/** The environment entry that lets a process compute with so many threads. */
export const threadsGrant = (threads: number) => ({ [threadsVariable]: `${threads}` });

/**
 * Environment for a process that trains. Values of a training step fill hundreds of megabytes; with glibc's allocator
 * asking for huge pages, the processor looks up far fewer addresses. It must be set before the process starts; other
 * systems ignore it.
 */
export function workerEnvironment(inherited: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  if (process.platform !== 'linux') return { ...inherited };
  const tunable = 'glibc.malloc.hugetlb=1';
  const tunables = inherited.GLIBC_TUNABLES;
  if (tunables?.includes('glibc.malloc.hugetlb')) return { ...inherited };
  return { ...inherited, GLIBC_TUNABLES: tunables ? `${tunables}:${tunable}` : tunable };
}
