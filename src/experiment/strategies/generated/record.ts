import { z } from 'zod';
import { count, fraction, seed } from '../../schema/option.ts';
import type { StrategyRecord } from '../strategy-record.ts';

/** Sequence-level distillation (Kim & Rush 2016): the teacher writes what the student learns from. */
const schema = z
  .strictObject({
    kind: z.literal('generated').describe('Texts that the teacher writes.'),
    promptLength: count(
      'The teacher goes on from so many first tokens of a training sample, which are no targets themselves; samples with a prompt of their own begin with that. Default 16.',
      'tokens',
    )
      .max(32_767)
      .default(16),
    samples: count(
      'Texts to write. More than there are training samples: several from the same beginning. Left out: one from each training sample.',
      'texts',
    )
      .max(10_000_000)
      .optional(),
    temperature: z
      .number()
      .min(0)
      .max(10)
      .default(1)
      .describe(
        'The teacher’s logits are divided by this before a token is drawn; below 1 it keeps to what it finds likely, 0 always takes the most probable token, as Kim & Rush did by beam search. Default 1: as varied as the teacher sees the language.',
      ),
    topK: count(
      'Draw among this many of the most probable tokens only. Left out: among all.',
      'tokens',
    ).optional(),
    topP: fraction(
      'Draw among the fewest tokens that have this much of the probability together (Holtzman et al. 2020); 1 draws among all. Default 0.95: without the long tail of unlikely tokens.',
    )
      .gt(0)
      .default(0.95),
    seed: seed(
      'Seed of what is drawn. It stays when the seeds of the runs change, so that they all learn from the same texts. Default 0.',
    ).default(0),
  })
  .meta({
    description:
      'Sequence-level distillation: a causal language model learns from texts that the teacher has written (Kim & Rush 2016).',
    formula: 'CE(next token, z_s) over what the teacher wrote: y ~ p_t(y | beginning of a training sample)',
  });

export type GeneratedConfig = z.output<typeof schema>;

export const generated: StrategyRecord<typeof schema> = {
  schema,
  languageModelsOnly: () => [{ what: 'Generated text', path: ['kind'] }],
  idle: ({ temperature }) =>
    temperature === 0
      ? ['topK', 'topP'].map((option) => ({
          path: [option],
          why: 'temperature 0 always takes the most probable token',
        }))
      : [],
};
