import { l10n, MarkdownString, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import { headlineText } from '../../src/compare/figures/headline.ts';
import { formatBytes, formatMilliseconds, formatPercent, formatRatio } from '../../src/compare/formatting.ts';
import type { RunRecord } from '../../src/runs/database/run-records.ts';
import type { ModelFigures } from '../../src/worker/directory/events.ts';
import { isResumable, type RunState } from '../../src/worker/directory/run-states.ts';
import { nodeId, type RunNode } from './nodes.ts';

export const stateIcon = (state: RunState): string => icons[state].id.split('~')[0]!;

const icons: Record<RunState, ThemeIcon> = {
  queued: new ThemeIcon('clock'),
  running: new ThemeIcon('sync~spin', new ThemeColor('charts.blue')),
  completed: new ThemeIcon('pass', new ThemeColor('testing.iconPassed')),
  failed: new ThemeIcon('error', new ThemeColor('testing.iconFailed')),
  cancelled: new ThemeIcon('circle-slash', new ThemeColor('testing.iconSkipped')),
  dropped: new ThemeIcon('circle-large-outline', new ThemeColor('testing.iconSkipped')),
  interrupted: new ThemeIcon('debug-disconnect', new ThemeColor('testing.iconQueued')),
};

export const stateName = (state: RunState): string =>
  ({
    queued: l10n.t('queued'),
    running: l10n.t('running'),
    completed: l10n.t('completed'),
    failed: l10n.t('failed'),
    cancelled: l10n.t('stopped'),
    interrupted: l10n.t('interrupted'),
    dropped: l10n.t('dropped'),
  })[state];

/** A run's row: name, state, and the two figures people look for. */
export function runItem(node: RunNode): TreeItem {
  const { record } = node;
  const label = rowLabel(node);
  const item = new TreeItem(label, TreeItemCollapsibleState.None);
  item.id = nodeId(node);
  item.iconPath = icons[record.state];
  item.description = rowDescription(record, node.settings);
  // A click on the row that is selected already changes no selection: the command brings its hyperparameters back.
  item.command = {
    command: 'distillery.showHyperparameters',
    title: l10n.t('Show Hyperparameters'),
    arguments: [node],
  };
  item.contextValue = ['run', record.state, isResumable(record) && 'resumable', record.baseline && 'baseline']
    .filter(Boolean)
    .join(' ');
  item.accessibilityInformation = {
    // Whoever hears it is told first how the run does: nothing is cut there.
    label: l10n.t(
      '{0}, {1}, {2}',
      label,
      stateName(record.state),
      [rowDescription(record), node.settings].filter(Boolean).join(' · '),
    ),
  };
  return item;
}

/** What of a run its row shows: a row is drawn anew only where this has changed. */
export function runAppearance(node: RunNode): string {
  const { record } = node;
  return JSON.stringify([
    rowLabel(node),
    rowDescription(record, node.settings),
    record.state,
    isResumable(record),
    record.baseline,
  ]);
}

/** What the user named the run, else what tells it from its neighbours. */
export function runLabel(record: RunRecord): string {
  return record.name === record.experiment ? l10n.t('seed {0}', record.seed) : record.name;
}

/** Among runs of several experiments with the experiment, for each of them has a seed 0. */
function rowLabel({ record, parent }: RunNode): string {
  const unnamed = record.name === record.experiment;
  return parent.kind === 'group' && unnamed
    ? l10n.t('{0}, seed {1}', record.experiment, record.seed)
    : runLabel(record);
}

/**
 * What the row says beside the label. The seed is said of a run with a name of its own; settings and the time tell runs of
 * one seed apart, and of the time a narrow sidebar has no room for more than is needed.
 */
export function rowDescription(record: RunRecord, settings = ''): string {
  const today = new Date().toDateString() === new Date(record.createdAt).toDateString();
  const parts = [settings, runDescription(record), (today ? hour : day).format(record.createdAt)];
  if (record.name !== record.experiment) parts.unshift(l10n.t('seed {0}', record.seed));
  return parts.filter(Boolean).join(' · ');
}

/** In the language of the window. */
const hour = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, {
  ...{ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
});

export function runDescription(record: RunRecord): string {
  const parts: string[] = [];
  const { result, progress, state } = record;
  if (state === 'running') parts.push(progress ? progressText(progress) : l10n.t('starting'));
  else if (state !== 'completed') parts.push(stateName(state));
  if (result) {
    parts.push(headlineText(result.student));
    if (result.teacher) parts.push(formatRatio(result.teacher.bytes / result.student.bytes));
  }
  if (record.baseline) parts.push(l10n.t('baseline'));
  parts.push(...record.tags.map((tag) => `#${tag}`));
  return parts.join(' · ');
}

const phaseName = (phase: NonNullable<RunRecord['progress']>['phase']): string =>
  ({
    prepare: l10n.t('preparing'),
    teacher: l10n.t('training the teacher'),
    signals: l10n.t('asking the teacher'),
    compress: l10n.t('making it smaller'),
    train: l10n.t('training'),
    evaluate: l10n.t('evaluating'),
    measure: l10n.t('measuring'),
    export: l10n.t('exporting'),
  })[phase];

function progressText({ phase, done, total }: NonNullable<RunRecord['progress']>): string {
  return total > 0 ? `${Math.floor((100 * done) / total)} % ${phaseName(phase)}` : phaseName(phase);
}

interface TooltipRow {
  readonly name: string;
  readonly value: (figures: ModelFigures) => number | null;
  readonly text: (value: number | null) => string;
}

const tooltipRows = (): readonly TooltipRow[] => [
  { name: l10n.t('Accuracy'), value: ({ accuracy }) => accuracy, text: (value) => formatPercent(value) },
  {
    name: l10n.t('Parameters'),
    value: ({ parameters }) => parameters,
    text: (value) => (value ?? 0).toLocaleString('en'),
  },
  { name: l10n.t('On disk'), value: ({ bytes }) => bytes, text: (value) => formatBytes(value) },
  {
    name: l10n.t('Latency'),
    value: ({ latencyMs }) => latencyMs,
    text: (value) => formatMilliseconds(value),
  },
];

const share = (own: number | null, whole: number | null): string =>
  formatPercent(own === null || !whole ? null : own / whole, 1);

/** Teacher and student in a small table; made only when somebody points at the row. */
export function runTooltip(record: RunRecord): MarkdownString {
  const tooltip = new MarkdownString(undefined, true);
  tooltip.supportHtml = false;
  tooltip.appendMarkdown('**').appendText(record.name).appendMarkdown('**');
  tooltip.appendMarkdown(
    `\n\n${stateName(record.state)} · ${record.strategy} · ${l10n.t('seed {0}', record.seed)}`,
  );
  if (record.device) tooltip.appendMarkdown(' · ').appendText(record.device);
  const { result } = record;
  if (result) {
    const { teacher, student } = result;
    const titles = [l10n.t('Student'), ...(teacher ? [l10n.t('Teacher'), l10n.t('Of the teacher')] : [])];
    tooltip.appendMarkdown(`\n\n| | ${titles.join(' | ')} |\n|---|${titles.map(() => '--:|').join('')}\n`);
    for (const { name, value, text } of tooltipRows()) {
      const own = value(student);
      const cells = [text(own)];
      if (teacher) cells.push(text(value(teacher)), share(own, value(teacher)));
      tooltip.appendMarkdown(`| ${name} | ${cells.join(' | ')} |\n`);
    }
  }
  if (record.error) {
    tooltip.appendMarkdown('\n\n').appendText(record.error.message);
    if (record.error.remedy) tooltip.appendText(` ${record.error.remedy}`);
  }
  if (record.dropReason) tooltip.appendMarkdown('\n\n').appendText(record.dropReason);
  if (record.note) tooltip.appendMarkdown('\n\n---\n\n').appendText(record.note);
  return tooltip;
}
