import { stateWord } from '../../../src/compare/state-word.ts';
import type { StoredEvent } from '../../../src/runs/database/stored-events.ts';
import type { RunData } from '../../../src/worker/directory/events.ts';
import type { ExportReport } from '../../../src/worker/directory/export-report.ts';
import { unlabelledText } from '../../../src/worker/directory/unlabelled-text.ts';
import type { EventLine } from '../../../webview/protocol/detail.ts';

/** An event as stored, or as it comes. */
type AnyEvent = Pick<StoredEvent, 'seq' | 'time' | 'type'> & {
  readonly body: Readonly<Record<string, unknown>> | undefined;
};

/** Curves and bars show these; as lines they would bury what matters. */
export const unlistedEvents: readonly StoredEvent['type'][] = ['metric', 'progress'];

/** An event in words; what is missing in a damaged one is left out. */
export function eventLine({ seq, time, type, body = {} }: AnyEvent): EventLine {
  return { seq, time, type: type === 'cancelled' ? stateWord(type) : type, text: textOf(type, body) };
}

function textOf(type: StoredEvent['type'], body: Readonly<Record<string, unknown>>): string {
  const text = (key: string) => (body[key] === undefined || body[key] === null ? '' : String(body[key]));
  switch (type) {
    case 'started': {
      const resumed = text('resumedFromEpoch');
      return `on ${text('device')}, process ${text('pid')} at ${text('host')}${resumed && `, resumed from epoch ${resumed}`}`;
    }
    case 'phase':
      return text('phase');
    case 'data': {
      const { content, samples, unlabelled } = (body.data ?? {}) as Partial<RunData>;
      return samples
        ? `${samples.train} training, ${samples.validation} validation and ${samples.test} test samples (${content?.slice(0, 8)})${unlabelled ? `; ${unlabelledText(unlabelled)}` : ''}`
        : '';
    }
    case 'checkpoint': {
      const epoch = Number(body.epoch);
      return `epoch ${Number.isFinite(epoch) ? Number(epoch.toFixed(2)) : '?'}${body.best === true ? ', the best so far' : ''}`;
    }
    case 'exported': {
      const { model, folder, files, problem } = (body.export ?? {}) as Partial<ExportReport>;
      if (problem !== undefined) return `not exported: ${problem}`;
      const count = Array.isArray(files) ? files.length : 0;
      return `${model}: ${count} ${count === 1 ? 'file' : 'files'} to ${folder}`;
    }
    case 'failed':
      return [text('message'), text('remedy')].filter(Boolean).join(' ');
    case 'cancelled':
      return text('reason') === 'cancel' ? 'nothing is kept to resume from' : 'can be resumed';
    case 'result':
      return 'teacher and student are measured';
    default:
      return text('message');
  }
}
