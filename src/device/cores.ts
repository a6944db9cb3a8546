import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/**
 * How many cores this process may use at once. Two threads of one core share its arithmetic units, which matrix
 * products fill with one; so where the system tells siblings apart, cores are counted.
 */
export function usableCores(): number {
  return Math.max(1, Math.min(availableParallelism(), physicalCores() ?? Number.POSITIVE_INFINITY));
}

function physicalCores(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const root = '/sys/devices/system/cpu';
  try {
    const siblings = readdirSync(root)
      .filter((name) => /^cpu\d+$/.test(name))
      .map((name) => readFileSync(`${root}/${name}/topology/thread_siblings_list`, 'utf8').trim());
    return new Set(siblings).size || undefined;
  } catch {
    return undefined;
  }
}
