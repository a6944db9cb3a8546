import { readdirSync } from 'node:fs';
import type { StopRequested } from '../../base/interruption.ts';
import type { ControlRequest, RunDirectory } from './run-directory.ts';

const pollMs = 200;

/**
 * Hears what is asked of the worker: by files in control/, by a signal, which counts as a stop, or by somebody who
 * deletes the run, which cancels it: there is nowhere left to write to.
 */
export class Control {
  readonly #directory: RunDirectory;
  #reason: ControlRequest | undefined;
  #dropped = false;
  #lastLook = -Infinity;

  constructor(directory: RunDirectory) {
    this.#directory = directory;
  }

  /** Looks at the folder at most five times a second, so that it may be asked after every step. */
  readonly requested = (): ControlRequest | undefined => {
    const now = performance.now();
    if (this.#reason !== 'cancel' && now - this.#lastLook >= pollMs) {
      this.#lastLook = now;
      this.#reason = this.#look() ?? this.#reason;
    }
    return this.#reason;
  };

  /** The same while the student is trained: only there a sweep may end the run early. */
  readonly requestedInTraining: StopRequested = () =>
    this.requested() ?? (this.#dropped ? 'drop' : undefined);

  stop(): void {
    this.#reason ??= 'stop';
  }

  #look(): ControlRequest | undefined {
    if (this.#directory.isDeleted()) return 'cancel';
    try {
      const names = readdirSync(this.#directory.controlDirectory);
      this.#dropped = names.includes('drop');
      if (names.includes('cancel')) return 'cancel';
      return names.includes('stop') ? 'stop' : undefined;
    } catch {
      // A folder that is not there asks for nothing.
      return undefined;
    }
  }
}
