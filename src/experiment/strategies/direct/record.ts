import { z } from 'zod';
import type { StrategyRecord } from '../strategy-record.ts';

const schema = z.strictObject({ kind: z.literal('direct').describe('Labels alone, no teacher.') }).meta({
  description: 'The student trains on labels alone: the yardstick.',
  formula: 'CE(labels, z_s)',
});

export const direct: StrategyRecord<typeof schema> = { schema };
