import type { TriedPoint } from './sampler.ts';

/** Whether one is nowhere worse than the other and somewhere better; less is better. */
export const dominates = (one: readonly number[], other: readonly number[]): boolean =>
  one.every((cost, at) => cost <= other[at]!) && one.some((cost, at) => cost < other[at]!);

/**
 * Points with costs, the best first: by the one cost, or front by front (Deb et al. 2002), and within a front those first
 * that stand apart from their neighbors.
 */
export function ranked<P extends TriedPoint>(points: readonly P[]): P[] {
  let rest = points.filter(({ costs }) => costs !== undefined);
  if (rest[0]?.costs?.length === 1) return rest.toSorted((a, b) => a.costs![0]! - b.costs![0]!);
  const order: P[] = [];
  while (rest.length > 0) {
    const front = rest.filter((point) => !rest.some((other) => dominates(other.costs!, point.costs!)));
    order.push(...byRoom(front));
    rest = rest.filter((point) => !front.includes(point));
  }
  return order;
}

/** Those at the ends first, then by how far their neighbors on the front are apart. */
function byRoom<P extends TriedPoint>(front: readonly P[]): P[] {
  const room = new Map<P, number>(front.map((point) => [point, 0]));
  for (const at of front[0]!.costs!.keys()) {
    const sorted = front.toSorted((a, b) => a.costs![at]! - b.costs![at]!);
    const whole = sorted.at(-1)!.costs![at]! - sorted[0]!.costs![at]!;
    for (const [place, point] of sorted.entries()) {
      const [before, after] = [sorted[place - 1], sorted[place + 1]];
      const gap =
        before && after ? (after.costs![at]! - before.costs![at]!) / (whole || 1) : Number.POSITIVE_INFINITY;
      room.set(point, room.get(point)! + gap);
    }
  }
  return front.toSorted((a, b) => (room.get(a) === room.get(b) ? 0 : room.get(b)! - room.get(a)!));
}
