import type { Outcome } from './verdict-rule.ts';

/** In the order in which they are told. */
export const outcomes: readonly Outcome[] = ['BEATS', 'DOES NOT BEAT', 'INCONCLUSIVE'];

/** Verdict cards that can be read one after the other; of more, a summary and the table come first. */
export const fewVerdicts = 6;

/** How many verdicts have each outcome; outcomes that none has are left out. */
export function tally(
  verdicts: readonly { readonly outcome: Outcome }[],
): { outcome: Outcome; count: number }[] {
  return outcomes
    .map((outcome) => ({ outcome, count: verdicts.filter((one) => one.outcome === outcome).length }))
    .filter(({ count }) => count > 0);
}

/** '120 BEATS, 90 DOES NOT BEAT, 90 INCONCLUSIVE'. */
export const tallyText = (verdicts: Parameters<typeof tally>[0]): string =>
  tally(verdicts)
    .map(({ outcome, count }) => `${count.toLocaleString('en-US')} ${outcome}`)
    .join(', ');
