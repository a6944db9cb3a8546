import { z } from 'zod';
import { optional, size, unsupported } from './description.ts';
import { type RotaryConfig, ropeSettings, scalingOf, settingsOf } from './rope.ts';

/** Rotary settings of layers that see everything, and of those that see a window. */
export const kindsOfRopeSchema = z.object({
  rope_theta: optional(z.number().positive()),
  rope_local_base_freq: optional(z.number().positive()),
  rope_scaling: optional(ropeSettings),
  /** transformers 5 has an object for each type of layers; 4 has the keys above. */
  rope_parameters: optional(
    z.looseObject({
      full_attention: optional(ropeSettings),
      sliding_attention: optional(ropeSettings),
    }),
  ),
  original_max_position_embeddings: optional(size),
});

/**
 * @param positions that the model has
 * @returns those of layers that see everything, and the base of the others
 * @throws UserError if they are of a kind that is not built here, or incomplete
 */
export function kindsOfRope(
  found: z.output<typeof kindsOfRopeSchema>,
  positions: number,
  file: string,
): { full: RotaryConfig; local: number } {
  const { rope_parameters: { full_attention, sliding_attention: sliding, ...others } = {}, rope_scaling } =
    found;
  const other = Object.keys(others)[0];
  if (other !== undefined)
    throw unsupported(file, `"${other}" in the rotary settings of layers (rope_parameters)`);
  const kind = sliding?.rope_type ?? sliding?.type ?? 'default';
  if (kind !== 'default')
    throw unsupported(file, `the rotary scaling "${kind}" in layers that see a window (rope_parameters)`);
  // Version 5 puts the old name over the new one, too.
  const full = { ...full_attention, ...said(rope_scaling) };
  for (const settings of [full, sliding])
    if ((settings?.partial_rotary_factor ?? 1) !== 1)
      throw unsupported(file, 'the rotation of a part of each head (partial_rotary_factor)');
  const key = rope_scaling ? 'rope_scaling' : 'rope_parameters.full_attention';
  return {
    full: {
      ropeTheta: full.rope_theta ?? found.rope_theta ?? 1_000_000,
      ropeScaling: scalingOf(full, key, found.original_max_position_embeddings, positions, file),
    },
    local: sliding?.rope_theta ?? found.rope_local_base_freq ?? 10_000,
  };
}

/** Without keys that are absent, or null. */
const said = <Settings extends object>(settings: Settings | undefined): Partial<Settings> =>
  Object.fromEntries(
    Object.entries(settings ?? {}).filter(([, value]) => value !== undefined),
  ) as Partial<Settings>;

/** The keys of a config.json in the words of versions 4 and 5 alike. */
export function kindsOfRopeKeys(
  { ropeTheta, ropeScaling }: RotaryConfig,
  local: number,
): Record<string, unknown> {
  const scaling = ropeScaling && settingsOf(ropeScaling);
  return {
    rope_theta: ropeTheta,
    rope_local_base_freq: local,
    rope_scaling: scaling ?? null,
    rope_parameters: {
      full_attention: { rope_type: 'default', ...scaling, rope_theta: ropeTheta },
      sliding_attention: { rope_type: 'default', rope_theta: local },
    },
  };
}
