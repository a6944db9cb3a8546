export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A marker in pixels and the size of the label that names it. */
export interface Labelled {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly width: number;
  readonly height: number;
}

/** Where a label goes, by its top left corner; `led` where it is so far from its marker that a line must join them. */
export interface Placed extends Rect {
  readonly led: boolean;
}

/** Pixels between a marker and its label, and between labels. */
const distance = 5;
const gap = 2;
/** How far from its marker a label may go, in heights of a label. */
const furthest = 7;

/** What it costs, in pixels of distance, to cover an obstacle, and to lead a line over another marker or label. */
const overObstacle = 60;
const overMarker = 25;
const overLabel = 120;

/**
 * Places for the labels of the markers of a picture: beside each where that is free, else further away and joined by a
 * line; null where there is none. No label covers another, a marker, or an edge of the picture, and as long as there is
 * another place none covers an obstacle. The first have the first choice.
 */
export function placeLabels(
  markers: readonly Labelled[],
  bounds: Rect,
  obstacles: readonly Rect[] = [],
): (Placed | null)[] {
  // Which label goes first decides what is left for the others, so some orders are tried and the best is kept.
  const given = [...markers.keys()];
  const down = given.toSorted((a, b) => markers[a]!.y - markers[b]!.y);
  const tries = [given, down, down.toReversed(), given.toSorted((a, b) => markers[a]!.x - markers[b]!.x)];
  return tries
    .map((order) => placeInOrder(order, markers, bounds, obstacles))
    .reduce((best, one) => (one.cost < best.cost ? one : best)).places;
}

/** Of a label that finds no place; the first ones are missed most. */
const missed = 2000;

function placeInOrder(
  order: readonly number[],
  markers: readonly Labelled[],
  bounds: Rect,
  obstacles: readonly Rect[],
): { readonly cost: number; readonly places: (Placed | null)[] } {
  const marks = markers.map(({ x, y, radius }) => square(x, y, radius));
  const taken: Rect[] = [];
  const places: (Placed | null)[] = markers.map(() => null);
  let total = 0;
  for (const own of order) {
    const marker = markers[own]!;
    const others = marks.filter((_, index) => index !== own);
    const costOf = (place: Placed, rank: number): number => {
      const end = nearest(place, marker);
      const covered = obstacles.filter((other) => meet(place, other, 1)).length;
      const led = place.led ? 8 : 0;
      const crossed = place.led
        ? others.filter((other) => crosses(marker, end, other)).length * overMarker +
          taken.filter((other) => crosses(marker, end, other)).length * overLabel
        : 0;
      const away = Math.hypot(end.x - marker.x, end.y - marker.y);
      return away + rank / 10 + led + crossed + covered * overObstacle;
    };
    let least = missed + missed / (own + 1);
    for (const [rank, place] of placesOf(marker).entries()) {
      const free =
        within(place, bounds) &&
        !marks.some((mark) => meet(place, mark, 0)) &&
        !taken.some((other) => meet(place, other, gap));
      const cost = free ? costOf(place, rank) : Number.POSITIVE_INFINITY;
      if (cost < least) [places[own], least] = [place, cost];
    }
    if (places[own]) taken.push(places[own]);
    total += least;
  }
  return { cost: total, places };
}

/** The point of a label to which the line from its marker leads. */
export const nearest = (label: Rect, { x, y }: { readonly x: number; readonly y: number }) => ({
  x: Math.max(label.x, Math.min(x, label.x + label.width)),
  y: Math.max(label.y, Math.min(y, label.y + label.height)),
});

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Whether the line between two points leads over a rectangle, looked at every few pixels. */
function crosses(from: Point, to: Point, { x, y, width, height }: Rect): boolean {
  const steps = Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / 3);
  for (let step = 1; step < steps; step++) {
    const atX = from.x + ((to.x - from.x) * step) / steps;
    const atY = from.y + ((to.y - from.y) * step) / steps;
    if (atX > x && atX < x + width && atY > y && atY < y + height) return true;
  }
  return false;
}

/** Places from the best on: beside, above and below, and then up and down in growing steps. */
function placesOf({ x, y, radius, width, height }: Labelled): Placed[] {
  const off = radius + distance;
  const right = x + off;
  const left = x - off - width;
  const middle = y - height / 2;
  const places: Placed[] = [
    [right, middle],
    [left, middle],
    [x - width / 2, y - off - height],
    [x - width / 2, y + off],
    [right - distance, y - off - height / 2],
    [left + distance, y - off - height / 2],
    [right - distance, y + off - height / 2],
    [left + distance, y + off - height / 2],
  ].map(([atX, atY]) => ({ x: atX!, y: atY!, width, height, led: false }));
  for (let step = 1; step <= furthest; step++)
    for (const sign of [-1, 1]) {
      const atY = middle + sign * step * (height + gap);
      for (const atX of [right + 4, left - 4, x - width / 2])
        if (Math.abs(atY - middle) > off + height / 2 || atX !== x - width / 2)
          places.push({ x: atX, y: atY, width, height, led: true });
    }
  return places;
}

const square = (x: number, y: number, radius: number): Rect => ({
  x: x - radius,
  y: y - radius,
  width: 2 * radius,
  height: 2 * radius,
});

const meet = (one: Rect, other: Rect, apart: number): boolean =>
  one.x < other.x + other.width + apart &&
  other.x < one.x + one.width + apart &&
  one.y < other.y + other.height + apart &&
  other.y < one.y + one.height + apart;

const within = (one: Rect, bounds: Rect): boolean =>
  one.x >= bounds.x &&
  one.y >= bounds.y &&
  one.x + one.width <= bounds.x + bounds.width &&
  one.y + one.height <= bounds.y + bounds.height;
