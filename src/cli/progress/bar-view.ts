import cliProgress from 'cli-progress';
import { oneLine } from '../../compare/formatting.ts';
import type { RunRecord } from '../../runs/database/run-records.ts';
import type { RunEvent } from '../../worker/directory/events.ts';
import type { Terminal } from '../terminal.ts';
import type { ProgressView } from './progress-view.ts';
import { endText, exportedText, phaseNames, rateText, resultText, runLabel } from './wording.ts';

interface Payload {
  readonly label: string;
  readonly detail: string;
}

/** One moving bar for each run that goes on; what is over becomes a line above them. */
export class BarView implements ProgressView {
  readonly #terminal: Terminal;
  readonly #bars: cliProgress.MultiBar;
  readonly #shown = new Map<string, cliProgress.SingleBar>();
  readonly #labels = new Map<string, string>();
  readonly #results = new Map<string, string>();
  #labelWidth = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#bars = new cliProgress.MultiBar({
      stream: terminal.stream,
      clearOnComplete: true,
      hideCursor: true,
      fps: 10,
      linewrap: true,
      // The follower of the runs hears Ctrl+C itself.
      gracefulExit: false,
      format: (_options, { progress }, payload: Payload) => this.#line(progress, payload),
    });
  }

  begin(runs: readonly RunRecord[]): void {
    for (const run of runs) this.#labels.set(run.id, runLabel(run));
    this.#labelWidth = Math.max(0, ...[...this.#labels.values()].map(({ length }) => length));
    const waiting = runs.length === 1 ? '' : `, ${runs.length} in all`;
    this.say(this.#terminal.errColors.dim(`Queued ${runs[0]?.id ?? ''}${waiting}.`));
  }

  events(id: string, events: readonly RunEvent[]): void {
    for (const event of events) this.#event(id, event);
  }

  #event(id: string, event: RunEvent): void {
    const colors = this.#terminal.errColors;
    const label = this.#labels.get(id) ?? id;
    switch (event.type) {
      case 'started':
        this.#show(id, 0, 1, event.device);
        break;
      case 'phase':
        this.#show(id, 0, 1, phaseNames[event.phase]);
        break;
      case 'progress': {
        const detail = [phaseNames[event.phase], rateText(event)].filter(Boolean).join(' · ');
        this.#show(id, event.done, event.total, detail);
        break;
      }
      case 'warning':
        this.say(`${colors.yellow('warning')} ${label}: ${event.message}`);
        break;
      case 'exported':
        this.say(`${label}  ${exportedText(event.export, colors)}`);
        break;
      case 'result':
        this.#results.set(id, resultText(event.result));
        break;
      default:
        this.#end(id, event, label);
    }
  }

  #end(id: string, event: RunEvent, label: string): void {
    const text = endText(event, this.#terminal.errColors);
    if (text === undefined) return;
    const result = event.type === 'completed' ? this.#results.get(id) : undefined;
    this.say([`${label}  ${text}`, result].filter(Boolean).join(' · '));
    const bar = this.#shown.get(id);
    if (bar) this.#bars.remove(bar);
    this.#shown.delete(id);
  }

  #show(id: string, done: number, total: number, detail: string): void {
    const payload: Payload = { label: this.#labels.get(id) ?? id, detail };
    let bar = this.#shown.get(id);
    if (!bar) {
      bar = this.#bars.create(Math.max(total, 1), done, payload);
      this.#shown.set(id, bar);
    }
    bar.setTotal(Math.max(total, 1));
    bar.update(done, payload);
  }

  #line(progress: number, { label, detail }: Payload): string {
    const colors = this.#terminal.errColors;
    const width = 24;
    const filled = Math.round(Math.min(1, Math.max(0, progress)) * width);
    const bar = colors.cyan('█'.repeat(filled)) + colors.dim('░'.repeat(width - filled));
    const percent = `${Math.floor(100 * Math.min(1, progress))}`.padStart(3);
    // A line that wraps could not be drawn over.
    const room = Math.max(8, this.#terminal.columns - this.#labelWidth - width - 12);
    return `${label.padEnd(this.#labelWidth)}  ${bar} ${percent} %  ${oneLine(detail, room)}`;
  }

  say(text: string): void {
    if (!this.#bars.isActive) {
      this.#terminal.err(`${text}\n`);
      return;
    }
    this.#bars.log(`${text}\n`);
    this.#bars.update();
  }

  end(_runs: readonly RunRecord[]): void {
    this.close();
  }

  close(): void {
    if (this.#bars.isActive) this.#bars.stop();
  }
}
