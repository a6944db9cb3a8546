import { accuracyText } from './group-item.ts';
import type { RootNode } from './nodes.ts';

/** What of a row at the top is shown: it is drawn anew only where this has changed. */
export const rootAppearance = (root: RootNode): string =>
  root.kind === 'experiment'
    ? `${root.runs} ${root.readable} ${accuracyText(root)} ${root.settings}`
    : String(root.runs);

/** Whether the same rows stand in the same order. */
export const sameOrder = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((id, index) => id === other[index]);
