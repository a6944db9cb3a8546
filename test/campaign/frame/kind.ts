import type { RealRuns } from '../runs/real-runs.ts';
import type { Random } from './random.ts';

/** Something that went wrong: what was promised and not kept. */
export interface Fault {
  /** One line, the same for faults of one cause. */
  readonly what: string;
  /** All that helps to find it: output of processes, the input, where that is kept. */
  readonly detail: string;
}

/** What became of one case. */
export interface CaseResult {
  /** What was tried, by name: kills, inputs, commands. They are summed up over cases. */
  readonly counts: Readonly<Record<string, number>>;
  /** What of the counts is of which part of the program, where that is worth a table. */
  readonly parts?: Readonly<Record<string, number>>;
  readonly faults: readonly Fault[];
  /** Of the largest process of the case; 0 where it was not measured. */
  readonly peakBytes: number;
  /** The longest time in which processes lived and none gave a sign of life. */
  readonly longestSilenceMs: number;
}

/** A way to try the program's patience, of which there are as many cases as there is time. */
export interface Kind {
  readonly name: string;
  /** What is done to it, for the report. */
  readonly title: string;
  /** Its part of the time, in proportion to those of the others. */
  readonly share: number;
  /**
   * Makes what all its cases share.
   * @param folder an empty folder of its own, which is deleted in the end
   * @returns why this machine cannot do it, where it cannot
   */
  open(folder: string, options: KindOptions): Promise<OpenKind | string>;
}

export interface KindOptions {
  /** Of the campaign. */
  readonly seed: string;
  /** So many inputs are to be tried by the parsers, instead of as many as there is time for. */
  readonly inputs?: number;
  /** Where inputs are kept that led to something new; left out: nowhere. */
  readonly corpus?: string;
  /** Somebody wants the campaign to end: the case that is being tried is not counted. */
  readonly stop?: AbortSignal;
  /** Real runs to be disturbed, and what they are like when they are left alone. */
  readonly runs: RealRuns;
}

export interface OpenKind {
  /** Tries one case; the same again for the same random numbers. */
  run(number: number, random: Random): Promise<CaseResult>;
  /** Whether there is nothing left to do before the time is over. */
  readonly done?: boolean;
  close(): Promise<void>;
}
