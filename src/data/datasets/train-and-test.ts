import type { Named } from './dataset-reader.ts';

/** What stands for the training set, and for the test set where an option names one. */
export function trainAndTest<T>(
  { train, test }: { readonly train: string; readonly test?: string },
  of: (named: Named & { readonly written: string }) => T,
): [T, ...T[]] {
  const own = of({ option: ['train'], written: train });
  return test === undefined ? [own] : [own, of({ option: ['test'], written: test })];
}
