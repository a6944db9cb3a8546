/** Why units must stay: the node that stands against it, and a clause that says what it does. */
export interface Stop {
  readonly node: string;
  readonly operator: string;
  readonly why: string;
}

/** What stops the units that are answers. */
export const answering = 'answers with them';

/** The unit that each place of an axis belongs to; {@link fixed} where it is none. Undefined: nothing of the axis can go. */
export type Axis = Int32Array | undefined;

/** A place that stays whatever goes beside it. */
export const fixed = -1;

/**
 * Units of a network, such as the channels that a convolution makes. Units that can only go together are joined; those that
 * something stands against are stopped. (A forest of disjoint sets.)
 */
export class Units {
  readonly #parents: number[] = [];
  readonly #stops = new Map<number, Stop>();

  /** New units, one for each place of an axis. */
  fresh(count: number): Int32Array {
    const first = this.#parents.length;
    for (let at = 0; at < count; at++) this.#parents.push(first + at);
    return Int32Array.from({ length: count }, (_, at) => first + at);
  }

  /** What stands for all units that were joined with this one. */
  root(unit: number): number {
    let root = unit;
    while (this.#parents[root] !== root) root = this.#parents[root]!;
    for (let at = unit; at !== root; ) {
      const next = this.#parents[at]!;
      this.#parents[at] = root;
      at = next;
    }
    return root;
  }

  join(one: number, other: number): void {
    const [kept, gone] = [this.root(one), this.root(other)];
    if (kept === gone) return;
    this.#parents[gone] = kept;
    const stop = this.#stops.get(kept) ?? this.#stops.get(gone);
    if (stop) this.#stops.set(kept, stop);
  }

  stop(unit: number, stop: Stop): void {
    const root = this.root(unit);
    if (!this.#stops.has(root)) this.#stops.set(root, stop);
  }

  stopOf(unit: number): Stop | undefined {
    return this.#stops.get(this.root(unit));
  }
}
