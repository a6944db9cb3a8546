/** The lengths of the axes that a graph leaves open, by name, in one trace of it. */
export type Sizes = Readonly<Record<string, number>>;

/** factor · (product of lengths) + offset */
export interface Affine {
  readonly factor: number;
  /** Names of the lengths that are multiplied, one of them perhaps twice; empty where the factor is 0. */
  readonly lengths: readonly string[];
  readonly offset: number;
}

/**
 * How an integer that differs between traces follows from the lengths of the open axes.
 * @param values one for each trace
 * @param traces the lengths in it; no two of them alike
 * @returns undefined if no single product of at most two lengths explains the values
 */
export function affineOf(values: readonly number[], traces: readonly Sizes[]): Affine | undefined {
  if (values.every((value) => value === values[0])) return { factor: 0, lengths: [], offset: values[0]! };
  for (const lengths of products(Object.keys(traces[0]!))) {
    const found = fitted(
      values,
      traces.map((sizes) => product(lengths, sizes)),
    );
    if (found) return { ...found, lengths };
  }
  return undefined;
}

export const evaluate = ({ factor, lengths, offset }: Affine, sizes: Sizes): number =>
  factor * (lengths.length === 0 ? 0 : product(lengths, sizes)) + offset;

const product = (lengths: readonly string[], sizes: Sizes): number =>
  lengths.reduce((before, name) => before * sizes[name]!, 1);

/** The simpler ones first. */
function products(names: readonly string[]): string[][] {
  const pairs = names.flatMap((one, index) => names.slice(index).map((other) => [one, other]));
  return [...names.map((name) => [name]), ...pairs];
}

function fitted(values: readonly number[], products: readonly number[]) {
  const other = products.findIndex((value) => value !== products[0]);
  if (other < 0) return undefined;
  const factor = (values[other]! - values[0]!) / (products[other]! - products[0]!);
  const offset = values[0]! - factor * products[0]!;
  if (!Number.isInteger(factor) || factor === 0) return undefined;
  const holds = values.every((value, trace) => value === factor * products[trace]! + offset);
  return holds ? { factor, offset } : undefined;
}
