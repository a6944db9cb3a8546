/** A function that remembers its latest result, and gives it again as long as it is asked with the very same values. */
export function remembered<Given extends readonly unknown[], Result>(
  work: (...given: Given) => Result,
): (...given: Given) => Result {
  let latest: { readonly given: Given; readonly result: Result } | undefined;
  return (...given) => {
    const before = latest?.given;
    if (before === undefined || given.some((value, index) => value !== before[index]))
      latest = { given, result: work(...given) };
    return latest!.result;
  };
}

/** The same for lists: one that holds the same things as the latest is that one, so that nobody sees a change in it. */
export function rememberedList<Item>(): (list: readonly Item[]) => readonly Item[] {
  let latest: readonly Item[] | undefined;
  return (list) => {
    const same = latest?.length === list.length && list.every((item, index) => item === latest![index]);
    if (!same) latest = list;
    return latest!;
  };
}
