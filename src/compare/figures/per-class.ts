/** Of each label, the share of its samples that were predicted as it (recall); null for a label without samples. */
export function perClassAccuracy(confusion: readonly (readonly number[])[]): (number | null)[] {
  return confusion.map((row, label) => {
    const samples = row.reduce((sum, count) => sum + count, 0);
    return samples === 0 ? null : (row[label] ?? 0) / samples;
  });
}

/** The cell-wise sum of confusion matrices of equal size; null where there is none, or sizes differ. */
export function sumConfusions(
  confusions: readonly (readonly (readonly number[])[])[],
): readonly (readonly number[])[] | null {
  const first = confusions[0];
  if (first === undefined) return null;
  if (confusions.some((one) => one.length !== first.length)) return null;
  return first.map((row, label) =>
    row.map((_, prediction) => confusions.reduce((sum, one) => sum + (one[label]?.[prediction] ?? 0), 0)),
  );
}
