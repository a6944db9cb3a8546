import type { RunRecord } from '../../runs/database/run-records.ts';
import type { RunEvent } from '../../worker/directory/events.ts';
import type { Terminal } from '../terminal.ts';
import { BarView } from './bar-view.ts';
import { JsonView } from './json-view.ts';
import { LineView } from './line-view.ts';

/** How the command line shows runs that go on. */
export interface ProgressView {
  /** Before anything happens: the runs that will be shown. */
  begin(runs: readonly RunRecord[]): void;
  events(id: string, events: readonly RunEvent[]): void;
  /** All runs have ended. */
  end(runs: readonly RunRecord[]): void;
  /** Says something else, without mixing it into what is shown. */
  say(text: string): void;
  /** Leaves the terminal as it was. May be called more than once. */
  close(): void;
}

/** JSON lines for programs, bars where somebody watches, else plain lines. */
export function progressView(terminal: Terminal, { json }: { json: boolean }): ProgressView {
  if (json) return new JsonView(terminal);
  return terminal.errIsTerminal ? new BarView(terminal) : new LineView(terminal);
}
