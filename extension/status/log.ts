import { type Disposable, type LogOutputChannel, window } from 'vscode';
import { UserError } from '../../src/base/user-error.ts';

/** The output channel 'Distillery'. */
export class Log implements Disposable {
  readonly #channel: LogOutputChannel = window.createOutputChannel('Distillery', { log: true });

  info(message: string): void {
    this.#channel.info(message);
  }

  warn(message: string): void {
    this.#channel.warn(message);
  }

  /** `doing` says what was attempted: "reading the runs of demo". */
  error(doing: string, error: unknown): void {
    this.#channel.error(`${doing}: ${describe(error)}`);
  }

  show(): void {
    this.#channel.show(true);
  }

  dispose(): void {
    this.#channel.dispose();
  }
}

function describe(error: unknown): string {
  if (error instanceof UserError) return explain(error);
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** A user's mistake in one paragraph: what, where, and what to do. */
export function explain(error: unknown): string {
  if (!(error instanceof UserError)) return error instanceof Error ? error.message : String(error);
  return [error.message, error.place && `(${error.place})`, error.remedy].filter(Boolean).join(' ');
}
