import { directionOf, isLowerBetter, isShare } from '../../src/compare/figures/curve-facts.ts';
import { figureKinds } from '../../src/compare/figures/figure-kinds.ts';
import { formatConfigValue } from '../../src/compare/flat-config.ts';
import { formatNumber, formatPercent, missing } from '../../src/compare/formatting.ts';
import { stateWord } from '../../src/compare/state-word.ts';
import type { FlatConfig, RunRow } from '../protocol/rows.ts';

export type CellValue = string | number | null;

/** A column of the overview. */
export interface Column {
  readonly key: string;
  readonly label: string;
  /** One sentence, for the tooltip of the head. */
  readonly meaning: string;
  /** Where the column chooser lists it. */
  readonly section: 'Run' | 'Figures' | 'Curves' | 'Settings';
  readonly kind: 'text' | 'number' | 'state' | 'tags' | 'time';
  /** Which direction is good; sorting by the column begins with the best. */
  readonly better: 'higher' | 'lower' | null;
  readonly read: (row: RunRow, config: FlatConfig) => CellValue;
  readonly format: (value: CellValue) => string;
  /** How a mean over the runs of a group is written; absent where a mean says nothing. */
  readonly formatSpread?: (spread: SpreadLike) => string;
}

export interface SpreadLike {
  readonly n: number;
  readonly mean: number;
  readonly deviation: number | null;
  readonly lowest: number;
  readonly highest: number;
}

const asText = (value: CellValue): string => (value === null || value === '' ? missing : String(value));
const asNumber = (value: CellValue): number | null => (typeof value === 'number' ? value : null);

const text = (key: string, label: string, meaning: string, read: (row: RunRow) => CellValue): Column => ({
  key,
  label,
  meaning,
  section: 'Run',
  kind: 'text',
  better: null,
  read,
  format: asText,
});

/** Made once: to make one takes as long as to write a hundred times with it. */
const shortTime = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

/** Local date and time, as in '24 Nov, 14:03'. */
export function formatTime(value: CellValue): string {
  if (typeof value !== 'number' || !Number.isFinite(value)) return missing;
  return shortTime.format(value);
}

const time = (key: string, label: string, meaning: string, read: (row: RunRow) => CellValue): Column => ({
  ...text(key, label, meaning, read),
  kind: 'time',
  better: 'higher',
  format: formatTime,
});

const figures: Column[] = figureKinds.map((kind) => ({
  key: kind.key,
  label: kind.key === 'accuracy' ? 'Student' : kind.label,
  meaning: kind.meaning,
  section: 'Figures',
  kind: 'number',
  better: kind.better,
  read: (row) => kind.read(row.figures),
  format: (value) => kind.format(asNumber(value)),
  formatSpread: (spread) => kind.formatSpread(spread),
}));

const teacher: Column = {
  key: 'teacher.accuracy',
  label: 'Teacher',
  meaning: 'Share of test samples the teacher classifies correctly.',
  section: 'Figures',
  kind: 'number',
  better: 'higher',
  read: (row) => row.figures.teacher?.accuracy ?? null,
  format: (value) => formatPercent(asNumber(value)),
  formatSpread: (spread) => formatPercent(spread.mean),
};

const fixed: readonly Column[] = [
  text('name', 'Name', 'What the run is called.', (row) => row.name),
  {
    ...text('state', 'State', 'What the run does, and how far it is.', (row) => stateWord(row.state)),
    kind: 'state',
  },
  text('strategy', 'Strategy', 'How the student learns from the teacher.', (row) => row.strategy),
  text('data', 'Data', 'What teacher and student learn from.', (row) => row.data),
  text('experiment', 'Experiment', 'Name of the experiment.', (row) => row.experiment),
  {
    ...text('seed', 'Seed', 'Fixes initial weights, order of samples and dropout.', (row) => row.seed),
    kind: 'number',
  },
  teacher,
  ...figures,
  time('createdAt', 'Created', 'When the run was queued.', (row) => row.createdAt),
  { ...text('tags', 'Tags', 'Your tags.', (row) => row.tags.join(', ')), kind: 'tags' },
  text('note', 'Note', 'Your note.', (row) => row.note),
  text('device', 'Device', 'Where the run was computed.', (row) => row.figures.device),
  text('id', 'Run', 'Identifier of the run.', (row) => row.id),
];

/** Shown until somebody chooses. */
export const usualColumns: readonly string[] = [
  ...['name', 'state', 'strategy', 'seed', 'teacher.accuracy', 'accuracy', 'retention', 'agreement'],
  ...[
    'parameters',
    'bytes',
    'compressionRatio',
    'latencyMs',
    'speedup',
    'trainingSeconds',
    'createdAt',
    'tags',
  ],
];

/** The same where there is little place: the figures one looks for stand beside the name. */
export const narrowColumns: readonly string[] = [
  ...['name', 'state', 'accuracy', 'retention', 'seed', 'strategy'],
  ...usualColumns.filter(
    (key) => !['name', 'state', 'accuracy', 'retention', 'seed', 'strategy'].includes(key),
  ),
];

/** Columns are made once for each name, so that a column stays the same object for as long as the page is open. */
function onceByName(make: (name: string) => Column[]): (name: string) => Column[] {
  const made = new Map<string, Column[]>();
  return (name) => {
    const columns = made.get(name) ?? make(name);
    made.set(name, columns);
    return columns;
  };
}

const metricColumns = onceByName((metric: string): Column[] => {
  const share = isShare(metric);
  const lower = isLowerBetter(metric);
  const format = (value: CellValue) =>
    share ? formatPercent(asNumber(value)) : formatNumber(asNumber(value), 4);
  const column = (which: 'last' | 'best', read: Column['read']): Column => ({
    key: `metric:${metric}:${which}`,
    label: `${metric} (${which})`,
    meaning: `${which === 'last' ? 'Latest' : lower ? 'Lowest' : 'Highest'} value of ${metric}.`,
    section: 'Curves',
    kind: 'number',
    better: directionOf(metric),
    read,
    format,
    formatSpread: (spread) => format(spread.mean),
  });
  return [
    column('last', (row) => row.metrics[metric]?.last ?? null),
    column('best', (row) => row.metrics[metric]?.[lower ? 'lowest' : 'highest'] ?? null),
  ];
});

const settingColumn = onceByName((key: string): Column[] => [
  {
    key: `config:${key}`,
    label: key,
    meaning: `The setting ${key}.`,
    section: 'Settings',
    kind: 'text',
    better: null,
    read: (_row, config) => {
      const value = config[key];
      if (value === undefined) return null;
      return typeof value === 'number'
        ? value
        : formatConfigValue(value as Parameters<typeof formatConfigValue>[0]);
    },
    format: asText,
  },
]);

/** All columns there are for these runs: the fixed ones, the last and best value of each curve, and each setting. */
export function columnsFor(rows: readonly RunRow[], configOf: (row: RunRow) => FlatConfig): Column[] {
  const metrics = new Set<string>();
  const settings = new Set<string>();
  const seen = new Set<string>();
  for (const row of rows) {
    for (const metric of Object.keys(row.metrics)) metrics.add(metric);
    if (seen.has(row.group)) continue;
    seen.add(row.group);
    for (const key of Object.keys(configOf(row))) settings.add(key);
  }
  return [
    ...fixed,
    ...[...metrics].sort().flatMap(metricColumns),
    ...[...settings].sort().flatMap(settingColumn),
  ];
}
