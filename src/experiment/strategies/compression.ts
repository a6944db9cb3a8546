import { roleOf } from './facts.ts';
import type { PruneConfig } from './prune/record.ts';
import type { QuantizeConfig } from './quantize/record.ts';

export type CompressionConfig = QuantizeConfig | PruneConfig;

/** Whether a strategy makes a model smaller that is there already, instead of training a student. */
export function compresses<S extends { readonly kind?: unknown }>(
  strategy: S,
): strategy is S & { readonly kind: CompressionConfig['kind'] } {
  return roleOf(String(strategy.kind)) === 'alternative';
}
