/**
 * Where windows of `length` tokens begin that cover `count` tokens: as few as are needed, spread evenly, each two of them
 * sharing a token at least, because the first of a window is predicted by nothing in it.
 */
export function windowStarts(count: number, length: number): number[] {
  if (count <= length) return [0];
  const windows = Math.ceil((count - 1) / (length - 1));
  return Array.from({ length: windows }, (_, index) =>
    Math.round((index * (count - length)) / (windows - 1)),
  );
}

/** The first window that predicts a token: no other has as much of the text before it. @param token 1 or more */
export function windowOf(token: number, starts: readonly number[], length: number): number {
  return starts.findIndex((start) => token < start + length);
}
