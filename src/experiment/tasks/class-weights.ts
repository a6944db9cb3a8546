/**
 * What is wrong with weights of classes that are not there; undefined where all are.
 * @param weights by the names of classes
 */
export function unknownClass(
  weights: Readonly<Record<string, number>>,
  classNames: readonly string[],
): { readonly name: string; readonly message: string; readonly remedy: string } | undefined {
  const name = Object.keys(weights).find((one) => !classNames.includes(one));
  if (name === undefined) return undefined;
  const listed = classNames.slice(0, 10).map((one) => JSON.stringify(one));
  return {
    name,
    message: `"classWeights" has a weight for ${JSON.stringify(name)}, which is none of the classes ${listed.join(', ')}${classNames.length > 10 ? ' …' : ''}.`,
    remedy: 'Write the name of a class as the dataset has it; classes that are not named count 1.',
  };
}
