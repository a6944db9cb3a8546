import { configDifferences } from '../../src/compare/differences.ts';
import { formatConfigValue } from '../../src/compare/flat-config.ts';
import { oneLine } from '../../src/compare/formatting.ts';
import { shortSetting } from '../../src/compare/short-setting.ts';
import type { RunRecord } from '../../src/runs/database/run-records.ts';

/** Settings that a row has room for. */
const most = 2;

/**
 * What tells runs of one experiment apart that was changed between them, such as 'T 4, lr 0.001': the seed alone does not.
 * @returns by the group of a run; empty where all have the same settings
 */
export function settingsByGroup(records: readonly RunRecord[]): ReadonlyMap<string, string> {
  const firsts = new Map<string, RunRecord>();
  for (const record of records) if (!firsts.has(record.group)) firsts.set(record.group, record);
  if (firsts.size < 2) return new Map();
  const differences = configDifferences([...firsts.values()].map(({ config }) => config)).slice(0, most);
  return new Map(
    [...firsts.keys()].map((group, index) => [
      group,
      differences
        .filter(({ values }) => values[index] !== undefined)
        .map(({ key, values }) =>
          shortSetting(key.slice(key.lastIndexOf('.') + 1), oneLine(formatConfigValue(values[index]), 16)),
        )
        .join(', '),
    ]),
  );
}
