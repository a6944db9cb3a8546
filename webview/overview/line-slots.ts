export interface Slot {
  /** Names the element that shows the line. */
  readonly slot: number;
  readonly line: number;
}

/**
 * Which element of the page shows which line of a long list. An element whose line has gone out of sight is used again
 * for one that has come, which costs a fraction of making one; the others keep theirs.
 */
export class LineSlots {
  #slots = new Map<number, number>();
  #order: readonly number[] = [];

  /**
   * Slots for the lines from `first` to before `end`, in the order of their elements in the document: that of the lines,
   * as it is read aloud, unless `still`, when no element is moved, which a browser lays out and paints anew.
   * @param kept a line that keeps its element wherever the list is scrolled to, as the one with the focus must; −1 for none
   */
  assign(first: number, end: number, { kept = -1, still = false } = {}): Slot[] {
    const lines: number[] = [];
    if (kept >= 0 && kept < first) lines.push(kept);
    for (let line = first; line < end; line++) lines.push(line);
    if (kept >= end) lines.push(kept);
    const lineOf = this.#assign(lines);
    const slots = still
      ? [...new Set([...this.#order.filter((slot) => lineOf.has(slot)), ...lineOf.keys()])]
      : lines.map((line) => this.#slots.get(line)!);
    this.#order = slots;
    return slots.map((slot) => ({ slot, line: lineOf.get(slot)! }));
  }

  /** @returns the line of each slot. */
  #assign(lines: readonly number[]): ReadonlyMap<number, number> {
    const before = this.#slots;
    const taken = new Set(lines.flatMap((line) => before.get(line) ?? []));
    const free = [...before.values()].filter((slot) => !taken.has(slot));
    let next = Math.max(-1, ...before.values()) + 1;
    this.#slots = new Map(lines.map((line) => [line, before.get(line) ?? free.pop() ?? next++]));
    return new Map([...this.#slots].map(([line, slot]) => [slot, line]));
  }
}
