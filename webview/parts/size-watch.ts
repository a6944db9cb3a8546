/**
 * Tells of the size of elements before the next frame is drawn. In the very call of a ResizeObserver what follows from a
 * size changes others, of which it may not tell any more: browsers report that as an error, and say them a frame later.
 */
export class SizeWatch {
  #latest: ResizeObserverEntry | undefined;
  #frame = 0;
  readonly #observer: ResizeObserver;

  /** @param sized is called once for all changes since the last frame, with the latest */
  constructor(sized: (entry: ResizeObserverEntry) => void) {
    this.#observer = new ResizeObserver((entries) => {
      if (!this.#latest)
        this.#frame = requestAnimationFrame(() => {
          const latest = this.#latest!;
          this.#latest = undefined;
          sized(latest);
        });
      this.#latest = entries.at(-1);
    });
  }

  observe(element: Element): void {
    this.#observer.observe(element);
  }

  /** Nothing more is told, not even what has changed already. */
  disconnect(): void {
    this.#observer.disconnect();
    cancelAnimationFrame(this.#frame);
    this.#latest = undefined;
  }
}
