import { isNavigation, type Navigation } from '../protocol/messages.ts';
import { type ComparisonLook, noLook, readComparisonLook } from './comparison-look.ts';

export interface SortKey {
  readonly column: string;
  readonly descending: boolean;
}

export const groupings = ['none', 'seeds', 'experiment', 'strategy', 'data', 'tag'] as const;
export type Grouping = (typeof groupings)[number];

export interface OverviewState {
  /** Shown columns, in order; null for the usual ones. */
  readonly columns: readonly string[] | null;
  /** Columns that stay while the others scroll sideways. */
  readonly pinned: readonly string[];
  /** Pixels of columns that somebody made wider or narrower, by key. */
  readonly widths: Readonly<Record<string, number>>;
  readonly sort: readonly SortKey[];
  readonly filter: string;
  /** Only runs with one of these values of the column, as shown. */
  readonly values: Readonly<Record<string, readonly string[]>>;
  readonly filtersOpen: boolean;
  readonly grouping: Grouping;
  readonly varyingOnly: boolean;
  readonly collapsed: readonly string[];
  readonly selected: readonly string[];
}

export const horizontalAxes = ['epoch', 'step', 'time'] as const;
export type HorizontalAxis = (typeof horizontalAxes)[number];

export interface CurvesState {
  readonly axis: HorizontalAxis;
  /** 0 for none, up to 0.99. */
  readonly smoothing: number;
  /** Whether values lie on a logarithmic axis. */
  readonly logarithmic: boolean;
  /** Seeds as one band, or each on its own. */
  readonly band: boolean;
  /** Metrics shown; null for the usual ones. */
  readonly metrics: readonly string[] | null;
}

/** Where the page is and how it is set; no data. Kept over reloads. */
export interface ViewState {
  readonly navigation: Navigation;
  readonly overview: OverviewState;
  readonly curves: CurvesState;
  /** Filters, order and what is open of the comparison that was last set. */
  readonly comparison: ComparisonLook;
  /** Key of the baseline in comparisons; null for the directly trained student. */
  readonly baseline: string | null;
}

export const initialViewState: ViewState = {
  navigation: { view: 'overview' },
  overview: {
    columns: null,
    pinned: ['name'],
    widths: {},
    sort: [{ column: 'createdAt', descending: true }],
    filter: '',
    values: {},
    filtersOpen: false,
    grouping: 'none',
    varyingOnly: false,
    collapsed: [],
    selected: [],
  },
  curves: { axis: 'epoch', smoothing: 0, logarithmic: false, band: true, metrics: null },
  comparison: noLook,
  baseline: null,
};

/** What was kept, part by part as far as it makes sense: an older or damaged state costs no more than it must. */
export function readViewState(kept: unknown): ViewState {
  const root = recordOf(kept);
  const curves = recordOf(root.curves);
  const usual = initialViewState;
  const smoothing = curves.smoothing;
  return {
    navigation: isNavigation(root.navigation) ? root.navigation : usual.navigation,
    overview: readOverview(root.overview),
    curves: {
      axis: oneOf(horizontalAxes, curves.axis) ?? 'epoch',
      smoothing: typeof smoothing === 'number' && smoothing >= 0 && smoothing < 1 ? smoothing : 0,
      logarithmic: curves.logarithmic === true,
      band: curves.band !== false,
      metrics: strings(curves.metrics),
    },
    comparison: readComparisonLook(root.comparison),
    baseline: typeof root.baseline === 'string' ? root.baseline : null,
  };
}

/** The same for the overview alone. */
export function readOverview(kept: unknown): OverviewState {
  const overview = recordOf(kept);
  const usual = initialViewState;
  return {
    columns: strings(overview.columns) ?? usual.overview.columns,
    pinned: strings(overview.pinned) ?? usual.overview.pinned,
    widths: Object.fromEntries(
      Object.entries(recordOf(overview.widths)).filter(
        (entry): entry is [string, number] => typeof entry[1] === 'number' && Number.isFinite(entry[1]),
      ),
    ),
    sort: sortKeys(overview.sort) ?? usual.overview.sort,
    filter: typeof overview.filter === 'string' ? overview.filter : '',
    values: Object.fromEntries(
      Object.entries(recordOf(overview.values)).flatMap(([column, values]) => {
        const texts = strings(values);
        return texts === null ? [] : [[column, texts]];
      }),
    ),
    filtersOpen: overview.filtersOpen === true,
    grouping: oneOf(groupings, overview.grouping) ?? 'none',
    varyingOnly: overview.varyingOnly === true,
    collapsed: strings(overview.collapsed) ?? [],
    selected: strings(overview.selected) ?? [],
  };
}

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

const strings = (value: unknown): string[] | null =>
  Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : null;

function sortKeys(value: unknown): SortKey[] | null {
  if (!Array.isArray(value)) return null;
  const keys = value.map(recordOf);
  return keys.every((key) => typeof key.column === 'string' && typeof key.descending === 'boolean')
    ? keys.map((key) => ({ column: key.column as string, descending: key.descending as boolean }))
    : null;
}

const oneOf = <T extends string>(values: readonly T[], value: unknown): T | undefined =>
  values.find((one) => one === value);
