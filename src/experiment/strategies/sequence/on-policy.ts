import { z } from 'zod';
import { count, fraction } from '../../schema/option.ts';

/** On-policy distillation (GKD, Agarwal et al. 2024): the student writes what the teacher answers to. */
export const onPolicySchema = z
  .strictObject({
    share: fraction(
      'λ, the share of the batches that the student writes itself, drawn anew for each. 0 learns from the data alone, 1 from the student’s own samples alone. Default 0.5.',
    ).default(0.5),
    temperature: z
      .number()
      .min(0)
      .max(10)
      .default(1)
      .describe(
        'The student’s logits are divided by this before a token is drawn; 0 always takes the most probable token. Default 1: as the student sees the language.',
      ),
    promptLength: count(
      'The student goes on from so many first tokens of a training sample, which are no targets then; samples with a prompt of their own begin with that. Default 16.',
      'tokens',
    )
      .max(32_767)
      .default(16),
    maxNewTokens: count(
      'Most tokens that the student writes behind a prompt; a sample ends before where the student ends it, or "length" of the dataset does. Each costs a pass over one token. Default 64.',
      'tokens',
    )
      .max(32_767)
      .default(64),
  })
  .optional()
  .meta({
    description:
      'On-policy distillation (GKD, Agarwal et al. 2024): a share of the batches keeps only the beginnings of its samples, the student as it is goes on from there, and the teacher, which runs in every step, is matched on what the student wrote. No gradient goes through what is drawn. With "divergence": "jsd", "beta" goes from forward KL to reverse KL. Own samples have no labels, so "weight" must be 1. Left out: only the samples of the data.',
    examples: [{ share: 0.5, maxNewTokens: 64 }],
  });

export type OnPolicyConfig = NonNullable<z.output<typeof onPolicySchema>>;
