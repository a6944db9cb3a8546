/** What layers can be called: by the last part of their names, which those of all blocks share, or each by its own. */
export const offeredTargets = (names: readonly string[]): string[] => [
  ...new Set([...names.map((name) => name.slice(name.lastIndexOf('.') + 1)), ...names]),
];
