import { tidyNumber } from '../experiment/tidy-number.ts';

/** A value of a configuration: what JSON has, without objects. */
export type ConfigValue =
  | string
  | number
  | boolean
  | null
  | readonly (string | number | boolean | null | object)[];

/** Dotted keys to values, in the order of the configuration. Lists stay whole; what is undefined is left out. */
export function flattenConfig(config: object, prefix = ''): Map<string, ConfigValue> {
  const flat = new Map<string, ConfigValue>();
  for (const [key, value] of Object.entries(config)) {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    if (value === undefined) continue;
    if (value !== null && typeof value === 'object' && !Array.isArray(value))
      for (const [inner, deep] of flattenConfig(value, path)) flat.set(inner, deep);
    else flat.set(path, value as ConfigValue);
  }
  return flat;
}

/** How a value of a configuration is written in a report. */
export function formatConfigValue(value: ConfigValue | undefined): string {
  if (value === undefined) return 'not set';
  if (value === null) return 'none';
  if (Array.isArray(value))
    return value
      .map((item) => (item !== null && typeof item === 'object' ? JSON.stringify(item) : plain(item)))
      .join(', ');
  return plain(value);
}

const plain = (value: unknown): string => String(typeof value === 'number' ? tidyNumber(value) : value);

/** Equal configurations give equal texts, whatever the order of their keys. */
export function configIdentity(config: object): string {
  return JSON.stringify([...flattenConfig(config)].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
