import type { ComparedRun } from './compared-run.ts';

/** Where runs were computed: latencies of different environments are not comparable. */
export interface Environment {
  readonly device: string;
  readonly deviceKind: string | null;
  readonly host: string | null;
  readonly versions: Readonly<Record<string, string>>;
  readonly runs: readonly string[];
}

/** The distinct environments of the runs that have started. */
export function environmentsOf(runs: readonly ComparedRun[]): Environment[] {
  const found = new Map<string, Environment & { runs: string[] }>();
  for (const run of runs) {
    if (run.device === undefined) continue;
    const { device, deviceKind = null, host = null, versions = {} } = run;
    const key = JSON.stringify([device, deviceKind, host, Object.entries(versions).sort()]);
    const same = found.get(key);
    if (same) same.runs.push(run.id);
    else found.set(key, { device, deviceKind, host, versions, runs: [run.id] });
  }
  return [...found.values()];
}
