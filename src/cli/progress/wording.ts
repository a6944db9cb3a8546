import { headline } from '../../compare/figures/headline.ts';
import { formatBytes, formatNumber, formatRatio, formatSeconds, oneLine } from '../../compare/formatting.ts';
import type { RunRecord } from '../../runs/database/run-records.ts';
import { compressionOf } from '../../runs/database/run-summary.ts';
import type { Phase, RunEvent, RunResult } from '../../worker/directory/events.ts';
import type { ExportReport } from '../../worker/directory/export-report.ts';
import type { Colors } from '../terminal.ts';

/** What a phase is called while it goes on. */
export const phaseNames: Readonly<Record<Phase, string>> = {
  prepare: 'preparing',
  teacher: 'teacher',
  signals: 'teacher signals',
  compress: 'making it smaller',
  train: 'training',
  evaluate: 'evaluating',
  measure: 'measuring',
  export: 'exporting',
};

/** A run among its neighbours: its name, its seed, and the end of its id. */
export const runLabel = (run: Pick<RunRecord, 'name' | 'seed'>) =>
  `${oneLine(run.name, 32)} · seed ${run.seed}`;

type ProgressEvent = Extract<RunEvent, { type: 'progress' }>;

/** 130 steps/s · 1 min 02 s left */
export function rateText({
  done,
  total,
  unit,
  rate,
}: Pick<ProgressEvent, 'done' | 'total' | 'unit' | 'rate'>): string {
  if (rate === null || rate <= 0) return '';
  const left = (total - done) / rate;
  return `${formatNumber(rate)} ${unit}/s${left > 0 ? ` · ${formatSeconds(left)} left` : ''}`;
}

/** The figures of a metric event that end an epoch; undefined for one in between. */
export function epochText(event: Extract<RunEvent, { type: 'metric' }>): string | undefined {
  const validation = unprefixedValues(event.values);
  if (validation.loss === undefined) return undefined;
  const { name, text } = headline(validation);
  const loss = event.values['validation.loss'] ?? event.values.loss;
  const whose = event.model === 'student' ? '' : `${event.model} · `;
  const lossText = loss === undefined || loss === null ? '' : ` · validation loss ${formatNumber(loss)}`;
  return `${whose}epoch ${Number(event.epoch.toFixed(2))} · validation ${name} ${text}${lossText}`;
}

/** What was measured on the held-out samples, by names without their prefix. */
const unprefixedValues = (values: Readonly<Record<string, number | null>>): Record<string, number | null> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => {
      const own = /^validation\.(\w+)$/.exec(name)?.[1];
      return own === undefined ? [] : [[own, value]];
    }),
  );

export function resultText(result: RunResult): string {
  const { name, text } = headline(result.student);
  const parts = [`${name} ${text}`];
  const { teacher, otherTokens } = result;
  if (teacher && otherTokens)
    parts.push(
      `${formatNumber(result.student.bitsPerByte)} bits per byte`,
      `teacher ${formatNumber(teacher.bitsPerByte)}`,
    );
  else if (teacher) parts.push(`teacher ${headline(teacher).text}`);
  parts.push(formatBytes(result.student.bytes));
  const compression = compressionOf(result);
  if (compression !== null) parts.push(`${formatRatio(compression)} smaller`);
  return parts.join(' · ');
}

/** One line on a model that was exported at the end of a run, or was not. */
export function exportedText(report: ExportReport, colors: Colors): string {
  const { model, folder, files, problem } = report;
  if (problem !== undefined) return `${colors.yellow('not exported')}: ${problem}`;
  return `exported ${model} to ${folder}: ${files.map(({ file }) => file).join(', ')}`;
}

/** One line on how a run ended, or why it did. */
export function endText(event: RunEvent, colors: Colors): string | undefined {
  switch (event.type) {
    case 'completed':
      return colors.green('completed');
    case 'cancelled':
      return event.reason === 'stop'
        ? colors.yellow('stopped; it can be resumed')
        : colors.yellow('stopped; nothing is kept to resume from');
    case 'dropped':
      return `${colors.yellow('dropped')}: ${event.message}`;
    case 'interrupted':
      return `${colors.yellow('interrupted')}: ${event.message}`;
    case 'failed':
      return `${colors.red('failed')}: ${[event.message, event.remedy].filter(Boolean).join(' ')}`;
    default:
      return undefined;
  }
}
