import type { TaskShape, TextShape } from '../dataset.ts';

/** What readers of texts share. */

/** Reads as far as the first row, then lets go of the file. */
export async function firstOf(rows: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of rows) return;
}

/** What texts ask of a model before there is a vocabulary. */
export const assumedTexts = (goal: TextShape['goal'], length: number): TaskShape => ({
  classes: 2,
  text: { goal, vocabulary: 2, length, padId: 0 },
});
