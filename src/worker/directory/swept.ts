import { z } from 'zod';

/** Of which sweep a run is, and which point of it. */
export const sweptSchema = z.object({
  /** As sweepIdOf makes it. */
  id: z.string().regex(/^[0-9a-f]{16}$/),
  /** Points are counted from 0 in the order in which they are begun. */
  point: z.int().min(0).max(1e9),
  /** The values of the point, by the options as the sweep writes them. */
  values: z.record(z.string().max(500), z.unknown()),
});

export type Swept = z.output<typeof sweptSchema>;
