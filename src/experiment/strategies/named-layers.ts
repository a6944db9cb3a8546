import type { StrategyConfig } from '../schema/strategy-schema.ts';
import type { LayerPair } from './options.ts';

export interface NamedLayer {
  readonly who: 'student' | 'teacher';
  /** A value of an ONNX graph, by name or pattern. */
  readonly value: string;
  /** Where, within the strategy. */
  readonly path: readonly (string | number)[];
}

/** The layers that a strategy names otherwise than by number. */
export function namedLayers(strategy: StrategyConfig): NamedLayer[] {
  const parts = strategy.kind === 'combined' ? strategy.terms : [strategy];
  return parts.flatMap((part, at) => {
    const path = strategy.kind === 'combined' ? ['terms', at] : [];
    const pairs: [LayerPair, (string | number)[]][] = [];
    const exits: NamedLayer[] = [];
    if ('layers' in part)
      for (const [index, layer] of (part.layers ?? []).entries())
        if (typeof layer === 'object') pairs.push([layer, ['layers', index]]);
        else if (typeof layer === 'string')
          exits.push({ who: 'student', value: layer, path: [...path, 'layers', index] });
    if ('layer' in part && part.layer) pairs.push([part.layer, ['layer']]);
    const compared = pairs.flatMap(([pair, place]) =>
      (['student', 'teacher'] as const).flatMap((who) => {
        const value = pair[who];
        return typeof value === 'string' ? [{ who, value, path: [...path, ...place, who] }] : [];
      }),
    );
    return [...exits, ...compared];
  });
}

/** The values of one model's graph that a strategy asks for. */
export const valuesAskedOf = (who: NamedLayer['who'], strategy: StrategyConfig): string[] =>
  namedLayers(strategy).flatMap((layer) => (layer.who === who ? [layer.value] : []));
