import { readdirSync } from 'node:fs';
import type { StopReason, StopRequested } from '../../base/interruption.ts';
import type { RunDirectory } from './run-directory.ts';

const pollMs = 200;

/**
 * Hears what is asked of the worker: by files in control/, by a signal, which counts as a stop, or by somebody who
 * deletes the run, which cancels it: there is nowhere left to write to.
 */
export class Control {
  readonly #directory: RunDirectory;
  #reason: StopReason | undefined;
  #lastLook = -Infinity;

  constructor(directory: RunDirectory) {
    this.#directory = directory;
  }

  /** Looks at the folder at most five times a second, so that it may be asked after every step. */
  readonly requested: StopRequested = () => {
    const now = performance.now();
    if (this.#reason !== 'cancel' && now - this.#lastLook >= pollMs) {
      this.#lastLook = now;
      this.#reason = this.#look() ?? this.#reason;
    }
    return this.#reason;
  };

  stop(): void {
    this.#reason ??= 'stop';
  }

  #look(): StopReason | undefined {
    if (this.#directory.isDeleted()) return 'cancel';
    try {
      const names = readdirSync(this.#directory.controlDirectory);
      if (names.includes('cancel')) return 'cancel';
      return names.includes('stop') ? 'stop' : undefined;
    } catch {
      // A folder that is not there asks for nothing.
      return undefined;
    }
  }
}
