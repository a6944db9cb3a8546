import { z } from 'zod';
import { filePath } from '../schema/option.ts';

/** Samples that a student learns from without their labels: what the options of several datasets say of them. */

const mixing = {
  share: z
    .number()
    .min(0.01)
    .max(0.99)
    .optional()
    .describe(
      'Fraction of the samples of an epoch, and about that of each batch, that are unlabelled; 0.5 puts one beside each labelled sample. An epoch is a pass over the labelled samples. The unlabelled ones take turns: the next epoch goes on where the last one stopped, and none comes twice before all came once. Left out: all of them come in every epoch.',
    ),
  minConfidence: z
    .number()
    .min(0)
    .lt(1)
    .optional()
    .describe(
      'Learn only from those unlabelled samples that the teacher is at least this sure of: the probability that it gives its first choice, at temperature 1. It is asked once, before training. Left out: from all of them.',
    ),
};

const whatFor =
  'The student also learns the teacher’s answers on samples without labels. They have no part in the loss of the labels, which is a mean over the labelled samples of a step; the teacher’s terms are means over all of its samples. Those that equal a validation or test sample are left out.';

/** Where only samples of the training set are there to go without labels. */
export const restOptions = {
  unlabelled: z
    .strictObject(mixing)
    .optional()
    .describe(
      `${whatFor} These are the training samples that labelledSubset leaves over. {} takes all of them. Left out: none.`,
    ),
};

/**
 * Where the user may name samples, too.
 * @param description of what "from" names
 */
export const unlabelledOptions = (description: string) => ({
  unlabelled: z
    .strictObject({
      from: filePath(
        `${description} Left out: the training samples that labelledSubset leaves over.`,
      ).optional(),
      ...mixing,
    })
    .optional()
    .describe(
      `${whatFor} They come from a place of their own, or are the training samples that labelledSubset leaves over. {} takes all of the latter. Left out: none.`,
    ),
});

export type UnlabelledConfig = NonNullable<
  z.output<z.ZodObject<ReturnType<typeof unlabelledOptions>>>['unlabelled']
>;

/** What an experiment says of samples without labels, whatever its kind of dataset. */
export const unlabelledOf = (dataset: object): UnlabelledConfig | undefined =>
  (dataset as { readonly unlabelled?: UnlabelledConfig }).unlabelled;
