import { UserError } from '../../base/user-error.ts';

/**
 * The factor of a network's channels without a part of them.
 * @param narrowest the least there may be
 * @throws UserError if less would be left
 */
export function narrowerWidth(
  { architecture, width }: { readonly architecture: string; readonly width: number },
  sparsity: number,
  narrowest: number,
): number {
  const smaller = width * (1 - sparsity);
  if (smaller >= narrowest) return smaller;
  const most = Math.floor(100 * (1 - narrowest / width)) / 100;
  throw new UserError(
    `A ${architecture} of width ${width} cannot lose ${Math.round(100 * sparsity)} % of its channels.`,
    { remedy: most > 0 ? `Lower "sparsity" to at most ${most}.` : 'Use method "magnitude".' },
  );
}
