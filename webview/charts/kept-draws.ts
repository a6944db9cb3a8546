import type { Draw } from '../../src/compare/charts/drawing/chart-frame.ts';

interface Kept {
  readonly parts: readonly unknown[];
  readonly draw: Draw | null;
}

/**
 * Keeps how a picture is drawn for as long as what it shows is the same: a page is rendered many times a second while runs
 * train, and a card draws its picture anew for every other way to draw it.
 */
export class KeptDraws {
  #kept = new Map<string, Kept>();
  #next = new Map<string, Kept>();

  /**
   * @param parts what `make` reads, compared one by one and by identity.
   * @param make gives null where there is nothing to show.
   */
  draw(key: string, parts: readonly unknown[], make: () => Draw | null): Draw | null {
    const before = this.#kept.get(key);
    const same =
      before?.parts.length === parts.length && before.parts.every((part, index) => part === parts[index]);
    const kept = same ? before : { parts, draw: make() };
    this.#next.set(key, kept);
    return kept.draw;
  }

  /** Lets go of what was not asked for since the last call. */
  settle(): void {
    this.#kept = this.#next;
    this.#next = new Map();
  }
}
