import type { RunRecord } from '../../runs/database/run-records.ts';
import type { RunEvent } from '../../worker/directory/events.ts';
import type { Terminal } from '../terminal.ts';
import type { ProgressView } from './progress-view.ts';

/** Every event as one line of JSON on the standard output, with the id of its run. */
export class JsonView implements ProgressView {
  readonly #terminal: Terminal;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  begin(_runs: readonly RunRecord[]): void {}

  events(id: string, events: readonly RunEvent[]): void {
    this.#terminal.out(events.map((event) => `${JSON.stringify({ run: id, ...event })}\n`).join(''));
  }

  end(_runs: readonly RunRecord[]): void {}

  say(text: string): void {
    this.#terminal.err(`${text}\n`);
  }

  close(): void {}
}
