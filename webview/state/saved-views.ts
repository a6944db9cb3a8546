import { type OverviewState, readOverview } from './view-state.ts';

/** What of the overview a saved view sets; what is selected or folded is not of it. */
export type ViewSettings = Pick<
  OverviewState,
  'columns' | 'pinned' | 'widths' | 'sort' | 'filter' | 'values' | 'grouping' | 'varyingOnly'
>;

/** A way to look at the runs that has a name. The host keeps them for the workspace. */
export interface SavedView {
  readonly name: string;
  readonly settings: ViewSettings;
}

/** More are not kept, and no longer names. */
export const mostViews = 100;
const longestName = 80;

export const settingsOf = (state: OverviewState): ViewSettings => {
  const { columns, pinned, widths, sort, filter, values, grouping, varyingOnly } = state;
  return { columns, pinned, widths, sort, filter, values, grouping, varyingOnly };
};

export const sameSettings = (one: ViewSettings, other: ViewSettings): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** What the host kept, as far as it makes sense. */
export function readSavedViews(kept: unknown): SavedView[] {
  if (!Array.isArray(kept)) return [];
  const names = new Set<string>();
  return kept.slice(0, mostViews).flatMap((one: unknown) => {
    const { name, settings } = (one ?? {}) as { name?: unknown; settings?: unknown };
    if (typeof name !== 'string' || name.trim() === '' || names.has(name)) return [];
    names.add(name);
    return [{ name: name.slice(0, longestName), settings: settingsOf(readOverview(settings)) }];
  });
}

/** Why a view can't have this name, or undefined. */
export function nameProblem(name: string, views: readonly SavedView[], own?: string): string | undefined {
  const trimmed = name.trim();
  if (trimmed === '') return 'Write a name.';
  if (trimmed.length > longestName) return `Write a name of at most ${longestName} characters.`;
  if (trimmed !== own && views.some((view) => view.name === trimmed))
    return `There is a view “${trimmed}” already.`;
  if (views.length >= mostViews && own === undefined) return `Remove a view first: ${mostViews} are kept.`;
  return undefined;
}
