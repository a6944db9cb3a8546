import { z } from 'zod';
import { UserError } from '../../base/user-error.ts';
import type { RotaryScaling } from '../layers/rotary.ts';
import { optional, size, unsupported } from './description.ts';

const positive = optional(z.number().positive());

export const ropeSettings = z.looseObject({
  // Its kind was once called `type`.
  rope_type: optional(z.string()),
  type: optional(z.string()),
  rope_theta: positive,
  factor: optional(z.number().min(1)),
  low_freq_factor: positive,
  high_freq_factor: positive,
  original_max_position_embeddings: optional(size),
  beta_fast: positive,
  beta_slow: positive,
  truncate: optional(z.boolean()),
  attention_factor: positive,
  mscale: optional(z.number().min(0)),
  mscale_all_dim: optional(z.number().min(0)),
  partial_rotary_factor: positive,
});

type Settings = Partial<z.output<typeof ropeSettings>>;

export interface RotaryConfig {
  readonly ropeTheta: number;
  readonly ropeScaling?: RotaryScaling | undefined;
}

/** transformers 5 has one object of rotary settings; 4 has rope_theta beside rope_scaling. */
export const ropeSchema = z.object({
  rope_theta: positive,
  rope_scaling: optional(ropeSettings),
  rope_parameters: optional(ropeSettings),
  original_max_position_embeddings: optional(size),
  partial_rotary_factor: positive,
});

/**
 * Rotary settings of a config.json.
 * @param positions that the model has
 * @throws UserError if they are of a kind that is not built here, or incomplete
 */
export function readRope(found: z.output<typeof ropeSchema>, positions: number, file: string): RotaryConfig {
  // Both versions of transformers prefer the old name where a file has both.
  const key = found.rope_scaling ? 'rope_scaling' : 'rope_parameters';
  const rope = found[key];
  if (Object.values(rope ?? {}).some((value) => typeof value === 'object' && value !== null))
    throw unsupported(file, `rotary settings for each type of layer (${key})`);
  const part = rope?.partial_rotary_factor ?? found.partial_rotary_factor ?? 1;
  if (part !== 1)
    throw unsupported(file, `the rotation of a part of each head (partial_rotary_factor ${part})`);
  return {
    ropeTheta: rope?.rope_theta ?? found.rope_theta ?? 10_000,
    ropeScaling: rope && scalingOf(rope, key, found.original_max_position_embeddings, positions, file),
  };
}

/**
 * @param key where the settings stand, for messages
 * @throws UserError if they are of a kind that is not built here, or incomplete
 */
export function scalingOf(
  rope: Settings,
  key: string,
  outerOriginal: number | undefined,
  positions: number,
  file: string,
): RotaryScaling | undefined {
  const kind = rope.rope_type ?? rope.type ?? 'default';
  const factor = () => {
    if (rope.factor !== undefined) return rope.factor;
    throw new UserError(`${file} lacks "${key}.factor".`, {
      remedy: 'Restore the config.json that came with the weights.',
      place: file,
    });
  };
  const originalPositions = () => {
    const inner = rope.original_max_position_embeddings ?? positions;
    if (outerOriginal === undefined || outerOriginal === inner) return inner;
    // transformers 4 and 5 would take different ones.
    throw unsupported(file, `an "original_max_position_embeddings" beside another one in "${key}"`);
  };
  switch (kind) {
    case 'default':
      return undefined;
    case 'linear':
    case 'dynamic':
      return { kind, factor: factor() };
    case 'llama3':
      return {
        kind,
        factor: factor(),
        lowFrequencyFactor: rope.low_freq_factor ?? 1,
        highFrequencyFactor: rope.high_freq_factor ?? 4,
        originalPositions: originalPositions(),
      };
    case 'yarn':
      return {
        kind,
        factor: factor(),
        originalPositions: originalPositions(),
        fastTurns: rope.beta_fast ?? 32,
        slowTurns: rope.beta_slow ?? 1,
        truncate: rope.truncate ?? true,
        attentionFactor: attentionFactorOf(rope),
      };
    default:
      throw unsupported(file, `the rotary scaling "${kind}" (${key})`);
  }
}

/** Two scales of attention come down to one factor; undefined where the usual one is meant. */
function attentionFactorOf(rope: Settings): number | undefined {
  const { attention_factor: named, mscale, mscale_all_dim: all, factor = 1 } = rope;
  if (named !== undefined || !mscale || !all) return named;
  const sharpened = (scale: number) => 0.1 * scale * Math.log(factor) + 1;
  return sharpened(mscale) / sharpened(all);
}

/** The keys of a config.json in the words of versions 4 and 5 alike. */
export function ropeKeys({ ropeTheta, ropeScaling }: RotaryConfig): Record<string, unknown> {
  const scaling = ropeScaling && settingsOf(ropeScaling);
  return {
    rope_theta: ropeTheta,
    rope_scaling: scaling ?? null,
    rope_parameters: { rope_type: 'default', ...scaling, rope_theta: ropeTheta },
  };
}

/** A scaling in the words of a config.json. */
export function settingsOf(scaling: RotaryScaling): Record<string, unknown> {
  const { kind, factor } = scaling;
  const named = { rope_type: kind, factor };
  switch (scaling.kind) {
    case 'linear':
    case 'dynamic':
      return named;
    case 'llama3':
      return {
        ...named,
        low_freq_factor: scaling.lowFrequencyFactor,
        high_freq_factor: scaling.highFrequencyFactor,
        original_max_position_embeddings: scaling.originalPositions,
      };
    case 'yarn':
      return {
        ...named,
        original_max_position_embeddings: scaling.originalPositions,
        beta_fast: scaling.fastTurns,
        beta_slow: scaling.slowTurns,
        truncate: scaling.truncate,
        ...(scaling.attentionFactor !== undefined && { attention_factor: scaling.attentionFactor }),
      };
  }
}
