import { z } from 'zod';

const id = z.int().min(0);

export const tokenIdSchema = z.object({
  pad_token_id: id.nullish(),
  // Some models end at any of several tokens.
  eos_token_id: z.union([id, z.array(id)]).nullish(),
});

/** What fills short texts; models without a token for it take the one that ends a text, as is the custom. */
export function padIdOf({ pad_token_id: pad, eos_token_id: end }: z.output<typeof tokenIdSchema>): number {
  return pad ?? (Array.isArray(end) ? end[0] : end) ?? 0;
}
