import { z } from 'zod';
import { layers, termWeight } from '../options.ts';
import type { TermRecord } from '../strategy-record.ts';

const schema = z
  .strictObject({
    kind: z.literal('cosine').describe('Directions of hidden states.'),
    weight: termWeight,
    layers,
  })
  .meta({
    description: 'Direction of hidden states (DistilBERT, Sanh et al. 2019).',
    formula:
      'Σ over layer pairs of the mean over positions of 1 − cos(P(h_s), h_t); P is Linear where the widths differ, else nothing',
  });

/** A term only: beside no other it leaves the sizes of hidden states open. */
export const cosineTerm: TermRecord<typeof schema> = { schema, compares: 'states' };
