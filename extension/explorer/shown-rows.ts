import type { ExplorerNode, RunNode } from './nodes.ts';

/** How often rows are drawn anew whose run only got further: a click that falls into a drawing is lost. */
export const progressMs = 700;
/**
 * VS Code drops the tooltip of a row that is drawn anew, and the wish for one as well: half a second passes between pointing
 * and the tooltip. So a row rests after each step of its progress, and longer while its tooltip is read.
 */
export const restMs = 1000;
export const readingMs = 15_000;
/** VS Code takes rows that it asked for a moment after it was given them; of one it has not taken yet, it refuses news. */
export const takingMs = 300;

/** A row of VS Code's: it knows rows by the very objects it was given, and asks again what they look like. */
export interface ShownRow<Node extends ExplorerNode> {
  readonly given: Node;
  newest: Node;
}

export interface ShownRun extends ShownRow<RunNode> {
  /** What of it was drawn last. */
  appearance: string;
  /** When progress was drawn last, in milliseconds since 1970. */
  drawnAt: number;
}
