import { z } from 'zod';

export const serverCostSchema = z.object({
  /** That are still to be made; 0 where everything was answered before. */
  requests: z.int().min(0),
  /** For people: who is asked, how much, and what it may cost. */
  told: z.string().max(20_000),
});

/** What asking a teacher’s server is going to take. */
export type ServerCost = z.output<typeof serverCostSchema>;
