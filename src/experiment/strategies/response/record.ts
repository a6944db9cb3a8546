import { z } from 'zod';
import { fraction } from '../../schema/option.ts';
import { classTemperature, termWeight } from '../options.ts';
import type { StrategyRecord, TermRecord } from '../strategy-record.ts';

export const responseFormula = 'T²·KL(p_T(z_t) ‖ p_T(z_s))';

const kind = z.literal('response').describe('The teacher’s softened answers.');

const schema = z
  .strictObject({
    kind,
    temperature: classTemperature,
    alpha: fraction(
      'α, the weight of the teacher’s term; the labels get 1 − α. 1 learns from the teacher alone, 0 from labels alone. Default 0.7: mostly from the teacher.',
    ).default(0.7),
  })
  .meta({
    description: 'The student learns the teacher’s softened answers beside the labels (Hinton et al. 2015).',
    formula: 'α·T²·KL(p_T(z_t) ‖ p_T(z_s)) + (1−α)·CE(labels, z_s)',
  });

const termSchema = z.strictObject({ kind, weight: termWeight, temperature: classTemperature }).meta({
  description: 'The teacher’s softened answers (Hinton et al. 2015).',
  formula: responseFormula,
});

const temperatures = ({ temperature }: { readonly temperature: number }) => [
  { temperature, path: ['temperature'] },
];

export const response: StrategyRecord<typeof schema> = {
  schema,
  shares: ({ alpha }) => ({ labels: 1 - alpha, answers: alpha, states: 0, option: 'alpha' }),
  temperatures,
};

export const responseTerm: TermRecord<typeof termSchema> = {
  schema: termSchema,
  compares: 'answers',
  temperatures,
};
