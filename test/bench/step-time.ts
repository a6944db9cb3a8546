/** What one training step took, in milliseconds. */
export interface StepTime {
  /** On the clock; other processes' share of the machine is in it. */
  readonly elapsed: number;
  /** Of processor time, all threads together, waiting in loops included. */
  readonly processor: number;
}

export function medianOf(times: readonly StepTime[], kind: keyof StepTime): number {
  const sorted = times.map((time) => time[kind]).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

export function leastOf(times: readonly StepTime[], kind: keyof StepTime): number {
  return Math.min(...times.map((time) => time[kind]));
}
