/**
 * Makes an input smaller while it still does what it did: pieces are taken out, large ones first.
 * @param does whether an input still does it
 * @param tries at most so many inputs are tried
 */
export async function minimized(
  input: Buffer,
  does: (smaller: Buffer) => Promise<boolean>,
  tries: number,
): Promise<Buffer> {
  let best = input;
  let left = tries;
  for (let piece = Math.ceil(best.length / 2); piece >= 1 && left > 0; piece = Math.floor(piece / 2))
    for (let at = 0; at < best.length && left > 0; ) {
      const smaller = Buffer.concat([best.subarray(0, at), best.subarray(at + piece)]);
      left--;
      if (await does(smaller)) best = smaller;
      else at += piece;
    }
  return best;
}
