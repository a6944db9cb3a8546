import type { Piece, ReadPieces } from './rows/documents.ts';

/** How far from the wanted place a break is looked for, in characters. */
const reach = 256;

/**
 * Everything up to the last `fraction` of the characters, and the rest. A text is cut at a line break or a space near
 * that place. Rows of a table stay whole and belong where most of them lies, the first one to what is learned and the
 * last one to the test.
 */
export async function cutTail(
  read: ReadPieces,
  fraction: number,
  wholeRows: boolean,
): Promise<[ReadPieces, ReadPieces]> {
  let characters = 0;
  let pieces = 0;
  for await (const { text } of read()) {
    characters += text.length;
    pieces++;
  }
  const cut = (1 - fraction) * characters;
  const divide = wholeRows ? wholePiece(cut, pieces) : brokenPiece(Math.round(cut));
  const part = (side: 0 | 1): ReadPieces =>
    async function* () {
      let start = 0;
      let number = 0;
      let begun = false;
      for await (const piece of read()) {
        const at = divide(piece, start, number++);
        start += piece.text.length;
        const text = side === 0 ? piece.text.slice(0, at) : piece.text.slice(at);
        if (text === '') continue;
        yield { ...piece, text, first: piece.first || !begun };
        begun = true;
      }
    };
  return [part(0), part(1)];
}

/** How many characters of a piece that begins at `start` come before the cut. */
type Divide = (piece: Piece, start: number, number: number) => number;

const wholePiece =
  (cut: number, pieces: number): Divide =>
  ({ text }, start, number) => {
    const learned = number === 0 || (number < pieces - 1 && start + text.length / 2 <= cut);
    return learned ? text.length : 0;
  };

const brokenPiece =
  (cut: number): Divide =>
  ({ text }, start) => {
    if (start + text.length <= cut) return text.length;
    return start >= cut ? 0 : breakNear(text, cut - start);
  };

/** The place behind the line break, or else the space, that is nearest; where there is none, the place itself. */
function breakNear(text: string, place: number): number {
  for (const sign of ['\n', ' ']) {
    const before = text.lastIndexOf(sign, place - 1) + 1;
    const behind = text.indexOf(sign, place) + 1;
    const near = [before, behind]
      .filter((at) => at > 0 && at < text.length && Math.abs(at - place) <= reach)
      .sort((one, other) => Math.abs(one - place) - Math.abs(other - place));
    if (near.length > 0) return near[0]!;
  }
  // Not between the two halves of a character outside the basic plane.
  const half = text.charCodeAt(place - 1);
  return half >= 0xd800 && half < 0xdc00 ? place - 1 : place;
}
