/** Some axes of a shape that lie beside each other, with their sizes and how far their places lie apart within. */
interface Part {
  readonly axes: readonly number[];
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
}

/** Axes that become others, whatever stands before and after them. */
export interface Segment {
  readonly from: Part;
  readonly to: Part;
}

/**
 * Which axes become which when numbers are put into another shape: the shortest runs whose sizes multiply to the same.
 * @returns undefined where an axis is empty
 */
export function segmentsOf(from: readonly number[], to: readonly number[]): Segment[] | undefined {
  if ([...from, ...to].some((size) => size <= 0)) return undefined;
  const segments: Segment[] = [];
  let [ofFrom, ofTo] = [0, 0];
  while (ofFrom < from.length || ofTo < to.length) {
    const [firstFrom, firstTo] = [ofFrom, ofTo];
    let [before, after] = [from[ofFrom++] ?? 1, to[ofTo++] ?? 1];
    while (before !== after) {
      if (before < after) before *= from[ofFrom++]!;
      else after *= to[ofTo++]!;
      if (!Number.isFinite(before) || !Number.isFinite(after)) return undefined;
    }
    segments.push({
      from: partOf(from, firstFrom, Math.min(ofFrom, from.length)),
      to: partOf(to, firstTo, Math.min(ofTo, to.length)),
    });
  }
  return segments;
}

function partOf(shape: readonly number[], first: number, end: number): Part {
  const sizes = shape.slice(first, end);
  const strides = sizes.map(() => 1);
  for (let at = sizes.length - 2; at >= 0; at--) strides[at] = strides[at + 1]! * sizes[at + 1]!;
  return { axes: sizes.map((_, at) => first + at), sizes, strides };
}
