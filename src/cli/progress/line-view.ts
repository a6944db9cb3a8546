import type { RunRecord } from '../../runs/database/run-records.ts';
import type { Phase, RunEvent } from '../../worker/directory/events.ts';
import type { Terminal } from '../terminal.ts';
import type { ProgressView } from './progress-view.ts';
import { endText, epochText, exportedText, phaseNames, rateText, resultText, runLabel } from './wording.ts';

/** In between phases and epochs, say so often how far a run is. */
const everyMs = 10_000;

/** Plain lines, one after another: for logs, pipes and screens that cannot move bars. */
export class LineView implements ProgressView {
  readonly #terminal: Terminal;
  readonly #labels = new Map<string, string>();
  readonly #phases = new Map<string, Phase>();
  readonly #spoken = new Map<string, number>();

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  begin(runs: readonly RunRecord[]): void {
    for (const run of runs) {
      this.#labels.set(run.id, runLabel(run));
      this.#tell(run.id, `queued as ${run.id}`);
    }
  }

  events(id: string, events: readonly RunEvent[]): void {
    for (const event of events) this.#event(id, event);
  }

  #event(id: string, event: RunEvent): void {
    if (event.type === 'phase' || event.type === 'progress') this.#phase(id, event.phase, event.time);
    const text = this.#text(id, event);
    if (text) this.#tell(id, text);
  }

  #phase(id: string, phase: Phase, time: number): void {
    if (this.#phases.get(id) === phase) return;
    this.#spoken.set(id, time);
    this.#phases.set(id, phase);
    this.#tell(id, `${phaseNames[phase]} …`);
  }

  #text(id: string, event: RunEvent): string | undefined {
    const colors = this.#terminal.errColors;
    switch (event.type) {
      case 'started':
        return event.resumedFromEpoch === undefined
          ? `started on ${event.device}`
          : `started on ${event.device}, resumed from epoch ${event.resumedFromEpoch}`;
      case 'progress': {
        if (event.time - (this.#spoken.get(id) ?? 0) < everyMs) return undefined;
        this.#spoken.set(id, event.time);
        const percent = event.total > 0 ? Math.floor((100 * event.done) / event.total) : 0;
        return [`${phaseNames[event.phase]} ${percent} %`, rateText(event)].filter(Boolean).join(' · ');
      }
      case 'metric':
        return epochText(event);
      case 'warning':
        return `${colors.yellow('warning')}: ${event.message}`;
      case 'exported':
        return exportedText(event.export, colors);
      case 'result':
        return resultText(event.result);
      default:
        return endText(event, colors);
    }
  }

  #tell(id: string, text: string): void {
    this.#terminal.err(`[${this.#labels.get(id) ?? id}] ${text}\n`);
  }

  end(_runs: readonly RunRecord[]): void {}

  say(text: string): void {
    this.#terminal.err(`${text}\n`);
  }

  close(): void {}
}
