/** Large data is looked at for so long, and not to its end: somebody is typing. */
export const lookMs = 2_000;

/** @returns whether there is time left */
export function forAWhile(milliseconds = lookMs): () => boolean {
  const end = performance.now() + milliseconds;
  return () => performance.now() < end;
}
