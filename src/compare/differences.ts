import type { Experiment } from '../experiment/schema/schema.ts';
import { type ConfigValue, flattenConfig, formatConfigValue } from './flat-config.ts';

/** A key of the configuration that is not the same everywhere; `values` has one entry per configuration given. */
export interface ConfigDifference {
  readonly key: string;
  readonly values: readonly (ConfigValue | undefined)[];
  /** The same for people; a key that is not there is 'not set'. */
  readonly texts: readonly string[];
}

/** Not part of what is computed: what the experiment is called, and the seed, which is shown on its own. */
export const nameOnly: ReadonlySet<string> = new Set(['$schema', 'name', 'description', 'seeds']);

/** The keys that differ between configurations, in the order in which they first appear. */
export function configDifferences(configs: readonly Experiment[]): ConfigDifference[] {
  const flat = configs.map((config) => flattenConfig(config));
  const keys = new Set(flat.flatMap((config) => [...config.keys()]));
  const differences: ConfigDifference[] = [];
  for (const key of keys) {
    if (nameOnly.has(key)) continue;
    const values = flat.map((config) => config.get(key));
    const first = JSON.stringify(values[0]);
    if (values.some((value) => JSON.stringify(value) !== first)) {
      differences.push({ key, values, texts: values.map(formatConfigValue) });
    }
  }
  return differences;
}
