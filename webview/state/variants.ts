import type { RunRow } from '../protocol/rows.ts';

/**
 * By group, how many groups of the same strategy are older: it tells apart their colours, and since a new run never comes
 * before an old one, a run keeps its colour wherever it is shown and whatever is filtered.
 */
export function variantsOf(rows: readonly RunRow[]): ReadonlyMap<string, number> {
  const oldest = new Map<string, RunRow>();
  for (const row of rows) {
    const before = oldest.get(row.group);
    if (before === undefined || row.createdAt < before.createdAt) oldest.set(row.group, row);
  }
  const counts = new Map<string, number>();
  const variants = new Map<string, number>();
  for (const [group, row] of [...oldest].sort(([, a], [, b]) => a.createdAt - b.createdAt)) {
    const count = counts.get(row.strategy) ?? 0;
    counts.set(row.strategy, count + 1);
    variants.set(group, count);
  }
  return variants;
}
