/** Looks now and then for something that may come; nothing else happens between two looks. */
export class Lookout {
  readonly #look: () => Promise<boolean>;
  readonly #pauseMs: number;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  /** @param look tells whether there is nothing left to look for */
  constructor(look: () => Promise<boolean>, pauseMs: number) {
    this.#look = look;
    this.#pauseMs = pauseMs;
  }

  /** Begins to look, after a pause, until a look says that it was the last one. */
  start(): void {
    clearTimeout(this.#timer);
    if (this.#ended) return;
    const timer = setTimeout(async () => {
      // Whoever began anew meanwhile looks on.
      if (!(await this.#look()) && this.#timer === timer) this.start();
    }, this.#pauseMs);
    this.#timer = timer;
  }

  dispose(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }
}
