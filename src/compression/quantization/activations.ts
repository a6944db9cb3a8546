/** How real numbers of a range are carried by whole numbers 0 … 255: x ≈ scale·(q − zeroPoint). */
export interface ActivationScale {
  readonly scale: number;
  /** 0 … 255; stands for exactly 0. */
  readonly zeroPoint: number;
}

/**
 * Scale and zero point of a range (Jacob et al. 2018). The range is widened to hold 0, for padding and ReLU must stay
 * exact.
 */
export function activationScale(low: number, high: number): ActivationScale {
  const bottom = Math.min(low, 0);
  const top = Math.max(high, 0);
  const scale = Math.fround((top - bottom) / 255);
  if (!(scale > 0)) return { scale: 1, zeroPoint: 0 };
  return { scale, zeroPoint: Math.max(0, Math.min(255, Math.round(-bottom / scale))) };
}

const bins = 2048;

/**
 * Gathers the values an activation takes into a histogram over a range that grows by doubling, so that percentiles can
 * be told without keeping the values.
 */
export class RangeObserver {
  #low = Number.POSITIVE_INFINITY;
  #high = Number.NEGATIVE_INFINITY;
  /** Half the width of the histogram, a power of two. */
  #reach = 0;
  #counts = new Float64Array(bins);
  #total = 0;

  add(values: Float32Array): void {
    let reach = 0;
    for (const value of values) {
      if (value < this.#low) this.#low = value;
      if (value > this.#high) this.#high = value;
      reach = Math.max(reach, Math.abs(value));
    }
    if (!Number.isFinite(reach)) throw new RangeError('An activation is not a finite number.');
    this.#widen(reach);
    const perBin = (2 * this.#reach) / bins;
    for (const value of values) {
      const bin = perBin > 0 ? Math.floor((value + this.#reach) / perBin) : bins >> 1;
      this.#counts[Math.min(bins - 1, bin)]!++;
    }
    this.#total += values.length;
  }

  /** Doubling the reach puts two neighbouring bins into one. */
  #widen(reach: number): void {
    if (reach <= this.#reach || reach === 0) return;
    const wanted = 2 ** Math.ceil(Math.log2(reach));
    if (this.#reach === 0) {
      // So far there were only zeros, which stay in the bin that begins at zero.
      this.#reach = wanted;
      return;
    }
    for (; this.#reach < wanted; this.#reach *= 2) {
      const wider = new Float64Array(bins);
      for (let bin = 0; bin < bins; bin++) wider[(bins >> 2) + (bin >> 1)]! += this.#counts[bin]!;
      this.#counts = wider;
    }
  }

  /** The range that holds `percentile` % of the values, the rest cut off at both ends alike. */
  range(percentile: number): readonly [number, number] {
    if (this.#total === 0) return [0, 0];
    const cut = (this.#total * (1 - percentile / 100)) / 2;
    const perBin = (2 * this.#reach) / bins;
    let [low, high] = [0, bins - 1];
    for (let below = this.#counts[low]!; below <= cut && low < high; below += this.#counts[++low]!);
    for (let above = this.#counts[high]!; above <= cut && high > low; above += this.#counts[--high]!);
    return [
      Math.max(this.#low, low * perBin - this.#reach),
      Math.min(this.#high, (high + 1) * perBin - this.#reach),
    ];
  }
}
