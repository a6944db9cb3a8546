import type { Check } from './context.ts';

/** The same seed twice is the same run twice: it costs time, and makes a verdict look surer than it is. */
export const checkSeeds: Check = ({ experiment: { seeds } }) =>
  seeds.flatMap((seed, index) =>
    seeds.indexOf(seed) === index
      ? []
      : [
          {
            message: `The seed ${seed} is listed twice; the second run would only repeat the first.`,
            remedy: 'Remove one, or write another number.',
            path: ['seeds', index],
            severity: 'error',
            code: 'duplicate-seed',
            fix: { title: `Remove the second ${seed}`, path: ['seeds', index], remove: true },
          } as const,
        ],
  );
