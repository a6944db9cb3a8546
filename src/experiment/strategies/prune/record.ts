import { z } from 'zod';
import { choice, fraction } from '../../schema/option.ts';
import { of } from '../of.ts';
import type { StrategyRecord } from '../strategy-record.ts';

const schema = z
  .strictObject({
    kind: z.literal('prune').describe('Weights or units are taken away.'),
    of,
    method: choice(
      {
        structured:
          'Whole neurons, channels, attention heads and feed-forward units go, those of the smallest norm: the model really gets smaller and faster.',
        magnitude:
          'Single weights become zero, the smallest first: the model keeps its shape and its speed, and its file leaves the zeros out.',
      },
      'What is taken away. Default structured.',
    ).default('structured'),
    sparsity: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.5)
      .describe(
        'Fraction that is taken away: of each layer’s units, or of all weights of products and convolutions. Default 0.5.',
      ),
    norm: choice(
      {
        l1: 'Sum of absolute weights (Li et al. 2017).',
        l2: 'Root of the sum of squared weights.',
      },
      'structured only: how the importance of a unit is told from its weights. Default l1.',
    ).default('l1'),
    scope: choice(
      {
        global: 'The smallest weights of the whole model.',
        layer: 'The same fraction of every layer.',
      },
      'magnitude only: among which weights the smallest are looked for. Default global.',
    ).default('global'),
    storage: choice(
      {
        sparse:
          'A bit for each weight, and the values of those that are not zero: at a sparsity of 0.8 a quarter of the bytes. Distillery reads it; the model card has the lines that unpack it for others.',
        dense: 'Zeros take as many bytes as other weights, and transformers opens the file.',
      },
      'magnitude only: how the weights lie on disk. Default sparse.',
    ).default('sparse'),
    ramp: fraction(
      'magnitude only: fraction of all training steps over which sparsity rises from 0 to its end along a cubic (Zhu & Gupta 2017); 0 takes all away at once. Default 0.5.',
    ).default(0.5),
  })
  .meta({
    description: 'Pruning: a model without its least important weights or units, trained on after.',
    formula: 'magnitude: s_t = s·(1 − (1 − t/t_end)³), smallest |w| become 0; then CE(labels, z_s)',
  });

export type PruneConfig = z.output<typeof schema>;

export const prune: StrategyRecord<typeof schema> = {
  schema,
  idle: ({ method }) =>
    method === 'structured'
      ? ['scope', 'ramp', 'storage'].map((option) => ({
          path: [option],
          why: 'only method "magnitude" uses it',
        }))
      : [{ path: ['norm'], why: 'only method "structured" uses it' }],
};
