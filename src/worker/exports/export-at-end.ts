import { Interruption } from '../../base/interruption.ts';
import { UserError } from '../../base/user-error.ts';
import type { ExportingOptions } from '../../export/apart/exporting-process.ts';
import type { ExportPlan } from '../../export/export-model.ts';
import { formats, precisions } from '../../export/forms.ts';
import type { Control } from '../directory/control.ts';
import type { EventLog } from '../directory/event-log.ts';
import type { ExportReport } from '../directory/export-report.ts';
import type { RunDirectory } from '../directory/run-directory.ts';
import type { RunRequest } from '../directory/run-request.ts';
import { exportRun } from './export-run.ts';
import { failureReport, reportOf } from './report.ts';

export interface EndExport extends Pick<ExportingOptions, 'command' | 'environment'> {
  readonly directory: RunDirectory;
  readonly request: RunRequest;
  readonly log: EventLog;
  readonly control: Control;
}

/** A request to end is looked for so often while the other process is at work. */
const lookMs = 200;

/**
 * Exports what a run made into its own directory, where its request says so, while the run still counts as running: the
 * next one of the queue gets the cores when this is done. Whatever goes wrong is told by an event, and changes nothing
 * else of the run; a run that is stopped meanwhile is completed without an export.
 * @throws Interruption where the run is cancelled meanwhile
 */
export async function exportAtEnd({ directory, request, log, control, ...start }: EndExport): Promise<void> {
  if (!request.export) return;
  const { exportDirectory: to, dataDirectory } = directory;
  const tell = (report: ExportReport) => log.append({ type: 'exported', export: report });
  const stop = new AbortController();
  const looking = setInterval(() => control.requested() && stop.abort(), lookMs);
  try {
    log.append({ type: 'phase', phase: 'export' });
    await exportRun(directory, {
      ...start,
      to,
      plan: planOf(request.export),
      tell: (line) => console.log(line),
      signal: stop.signal,
      onModel: (exported) => tell(reportOf(exported, dataDirectory)),
    });
  } catch (error) {
    if (control.requested() === 'cancel') throw new Interruption('cancel');
    if (!(error instanceof UserError || error instanceof Interruption)) console.error(error);
    try {
      tell(failureReport(to, reasonOf(error), dataDirectory));
    } catch (full) {
      // There is no room to say it in the run.
      console.error(full);
    }
    if (error instanceof Interruption) await directory.clearRequests();
  } finally {
    clearInterval(looking);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Interruption) return 'The run was stopped while it was exported.';
  if (error instanceof UserError) return [error.message, error.remedy].filter(Boolean).join(' ');
  return error instanceof Error ? error.message : String(error);
}

/** @throws UserError for a form that this version does not know */
function planOf(wish: NonNullable<RunRequest['export']>): ExportPlan {
  return {
    formats: wish.formats.map((name) => known(name, formats)),
    precisions: wish.precisions.map((name) => known(name, precisions)),
  };
}

function known<Name extends string>(name: string, all: Readonly<Record<Name, unknown>>): Name {
  if (Object.hasOwn(all, name)) return name as Name;
  throw new UserError(`Nothing can be exported as ${JSON.stringify(name)}.`, {
    remedy: `This version knows ${Object.keys(all).join(', ')}.`,
  });
}
