/** Answers of about the same confidence. */
export interface ReliabilityBin {
  readonly count: number;
  /** Their mean confidence and the share of them that is right, 0…1; null where there are none. */
  readonly confidence: number | null;
  readonly accuracy: number | null;
}

/** Bins of equal width from 0 to 1, as many as Guo et al. 2017 take. */
export const binCount = 15;

/** How sure a model is beside how often it is right, gathered answer by answer. */
export class Calibration {
  readonly #counts = new Float64Array(binCount);
  readonly #confidence = new Float64Array(binCount);
  readonly #correct = new Float64Array(binCount);
  #answers = 0;

  /** @param confidence probability of the answer given, 0…1; where it is NaN there was no answer. */
  add(confidence: number, correct: boolean): void {
    const bin = Math.min(binCount - 1, Math.floor(confidence * binCount));
    if (Number.isNaN(bin)) return;
    this.#answers++;
    this.#counts[bin]!++;
    this.#confidence[bin]! += confidence;
    if (correct) this.#correct[bin]!++;
  }

  /** All bins by rising confidence, empty ones too. */
  get bins(): ReliabilityBin[] {
    return Array.from(this.#counts, (count, bin) => ({
      count,
      confidence: count === 0 ? null : this.#confidence[bin]! / count,
      accuracy: count === 0 ? null : this.#correct[bin]! / count,
    }));
  }

  /** Expected calibration error (Guo et al. 2017): mean over answers of their bin’s |accuracy − confidence|, 0…1; NaN without answers. */
  get error(): number {
    let sum = 0;
    for (let bin = 0; bin < binCount; bin++) sum += Math.abs(this.#correct[bin]! - this.#confidence[bin]!);
    return sum / this.#answers;
  }
}
