import type { LoadedExperiment } from '../../experiment/parsing/load.ts';

/**
 * The examples of the demo: every strategy and both alternatives, with the seeds of their files; of the language models
 * one seed each, which shows how it goes and takes no hour; what a teacher would have to write first is left out.
 */
export const demoExamples: readonly { readonly name: string; readonly oneSeed?: true }[] = [
  { name: 'mnist-direct' },
  { name: 'moby-dick-direct', oneSeed: true },
  { name: 'mnist-response' },
  { name: 'mnist-feature' },
  { name: 'mnist-relation' },
  { name: 'mnist-combined' },
  { name: 'mnist-self' },
  { name: 'mnist-online' },
  { name: 'mnist-quantize-int8' },
  { name: 'mnist-prune' },
  { name: 'moby-dick-forward-kl', oneSeed: true },
];

/**
 * Runs in the order in which they start: the first seed of every experiment, then the second. So two teachers learn side
 * by side before anybody waits for one of them, and the table fills early.
 * @param experiments those of {@link demoExamples}, in their order
 */
export function demoOrder(
  experiments: readonly LoadedExperiment[],
): { readonly experiment: LoadedExperiment; readonly seed: number }[] {
  const seeds = experiments.map(({ experiment }, index) =>
    demoExamples[index]!.oneSeed ? experiment.seeds.slice(0, 1) : experiment.seeds,
  );
  const rounds = Math.max(...seeds.map((list) => list.length));
  return Array.from({ length: rounds }, (_, round) =>
    experiments.flatMap((experiment, index) => {
      const seed = seeds[index]![round];
      return seed === undefined ? [] : [{ experiment, seed }];
    }),
  ).flat();
}
