/** A model as a trade of quality against cost. */
export interface TradeOff {
  readonly cost: number;
  readonly quality: number;
}

/**
 * The points that no other beats: none is at least as cheap and at least as good and better in one of the two. By rising
 * cost; of points that are equal in both, all are kept. Points that are not finite take no part.
 */
export function paretoFront<T extends TradeOff>(points: readonly T[]): T[] {
  const ordered = points
    .filter((point) => Number.isFinite(point.cost) && Number.isFinite(point.quality))
    .sort((a, b) => a.cost - b.cost || b.quality - a.quality);
  const front: T[] = [];
  for (const point of ordered) {
    const last = front.at(-1);
    const better = last === undefined || point.quality > last.quality;
    const equal = last !== undefined && point.quality === last.quality && point.cost === last.cost;
    if (better || equal) front.push(point);
  }
  return front;
}
