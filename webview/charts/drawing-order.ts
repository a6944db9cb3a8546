/**
 * Pictures in view are drawn at once, the others one by one whenever the page has nothing else to do: a comparison of many
 * runs has dozens, and its figures must not wait for those far below.
 */
const waiting = new Set<() => void>();
let asked = false;

const whenIdle: (work: () => void) => void =
  'requestIdleCallback' in globalThis
    ? (work) => void requestIdleCallback(work, { timeout: 2000 })
    : (work) => void setTimeout(work, 50);

function drawNext(): void {
  asked = false;
  const [draw] = waiting;
  if (draw === undefined) return;
  waiting.delete(draw);
  draw();
  askFurther();
}

function askFurther(): void {
  if (asked || waiting.size === 0) return;
  asked = true;
  whenIdle(drawNext);
}

/** Draws when there is time. Asked again before that, it is drawn once. */
export function drawLater(draw: () => void): void {
  waiting.add(draw);
  askFurther();
}

/** What was to be drawn later is not to be drawn any more, or has been. */
export function forget(draw: () => void): void {
  waiting.delete(draw);
}
