import { z } from 'zod';
import type { LlamaConfig } from '../../../experiment/architectures/llama.ts';
import { optional, size, unsupported } from '../../huggingface/description.ts';
import type { LlamaLayout } from './layout.ts';

/** The keys of a config.json that say whether attention sees through a sliding window. */
export const windowSchema = z.object({
  use_sliding_window: z.boolean().default(false),
  sliding_window: optional(size),
  max_window_layers: z.int().min(0).default(28),
  layer_types: optional(z.array(z.string())),
});

const full = 'full_attention';
const sliding = 'sliding_attention';

/**
 * The window that all layers see through; undefined where they see everything before them.
 * @throws UserError if layers differ, or have a window that the model does not
 */
export function windowOf(
  found: z.output<typeof windowSchema>,
  layers: number,
  { window: where }: Pick<LlamaLayout, 'window'>,
  file: string,
): number | undefined {
  if (where === 'never') {
    if (found.use_sliding_window)
      throw unsupported(file, 'a sliding window in a model without one (use_sliding_window)');
    return undefined;
  }
  const window = where === 'set' || found.use_sliding_window ? found.sliding_window : undefined;
  const from = where === 'set' ? 0 : found.max_window_layers;
  const types =
    found.layer_types ??
    Array.from({ length: layers }, (_, layer) => (window !== undefined && layer >= from ? sliding : full));
  const other = types.find((type) => type !== full && type !== sliding);
  if (other !== undefined) throw unsupported(file, `the layer type "${other}" (layer_types)`);
  const through = types.filter((type) => type === sliding).length;
  if (through > 0 && through < types.length)
    throw unsupported(
      file,
      `a sliding window in some layers and not in others (${found.layer_types ? 'layer_types' : 'max_window_layers'})`,
    );
  const all = through > 0;
  if (all && window === undefined)
    throw unsupported(file, 'a sliding window of no size (layer_types, sliding_window)');
  // All layers of a model whose window is not switched see through it, whatever their types are called.
  if (where === 'set' && !all && window !== undefined)
    throw unsupported(file, `"${full}" beside a sliding window (layer_types, sliding_window)`);
  return all ? window : undefined;
}

/** The same for models whose window is switched on and begins at a layer. */
export const switchedWindow = ({ slidingWindow, layers }: LlamaConfig) => ({
  use_sliding_window: slidingWindow !== undefined,
  ...(slidingWindow !== undefined && { sliding_window: slidingWindow, max_window_layers: 0 }),
  // One a layer: those of a checkpoint with more layers would not fit.
  layer_types: Array.from({ length: layers }, () => (slidingWindow === undefined ? full : sliding)),
});
