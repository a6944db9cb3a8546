import { UserError } from '../../base/user-error.ts';
import type { AttentionShape } from '../layers/attention.ts';
import type { RotaryScaling } from '../layers/rotary.ts';
import { rotatedHeadSize } from '../text-input.ts';

interface GroupedHeads {
  readonly hiddenSize: number;
  readonly heads: number;
  readonly keyValueHeads?: number | undefined;
  readonly headSize?: number;
  readonly attentionDropout: number;
  readonly ropeScaling?: RotaryScaling | undefined;
}

/**
 * Attention whose heads share keys and values in groups, and are rotated.
 * @throws UserError if heads, sizes and groups do not go together.
 */
export function groupedAttention(config: GroupedHeads): AttentionShape {
  const { heads, keyValueHeads = heads } = config;
  const size = rotatedHeadSize(config);
  if (size === 2 && config.ropeScaling?.kind === 'dynamic')
    throw new UserError('transformers makes no dynamic wavelengths of heads of size 2.', {
      remedy: 'Take larger heads, or leave out ropeScaling.',
    });
  if (heads % keyValueHeads !== 0)
    throw new UserError(`${heads} heads cannot share ${keyValueHeads} heads of keys and values evenly.`, {
      remedy: `Take a keyValueHeads that divides ${heads}.`,
    });
  return { heads, headSize: size, keyValueHeads, dropout: config.attentionDropout };
}
