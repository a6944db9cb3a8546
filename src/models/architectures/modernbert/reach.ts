import { UserError } from '../../../base/user-error.ts';
import type { ModernBertConfig } from '../../../experiment/architectures/modernbert.ts';

type Pattern = Pick<ModernBertConfig, 'globalEvery' | 'globalLayers'>;

const follows = (every: number, layer: number): boolean => (layer - 1) % every === 0;

/** Whether a layer looks at the whole text. @param layer from 1 */
export const looksAtAll = ({ globalEvery, globalLayers }: Pattern, layer: number): boolean =>
  globalLayers ? globalLayers.includes(layer) : follows(globalEvery, layer);

/** The same for all layers, the first one first. */
export const reachOf = (config: ModernBertConfig): boolean[] =>
  Array.from({ length: config.layers }, (_, index) => looksAtAll(config, index + 1));

/**
 * The options that say which layers look at the whole text; a list only where no regular pattern says it.
 * @param whole for each layer
 * @param usual the pattern that is taken where several fit
 */
export function patternOf(whole: readonly boolean[], usual: number): Pattern {
  const patterns = [usual, ...whole.map((_, index) => index + 1)];
  const globalEvery = patterns.find((every) => whole.every((is, index) => is === follows(every, index + 1)));
  if (globalEvery !== undefined) return { globalEvery };
  return { globalEvery: usual, globalLayers: whole.flatMap((is, index) => (is ? [index + 1] : [])) };
}

/** A model of these of its layers, each of which looks as far as it did. @param layers from 1 */
export function withLayers(config: ModernBertConfig, layers: readonly number[]): ModernBertConfig {
  const { globalLayers, ...rest } = config;
  const whole = layers.map((layer) => looksAtAll(config, layer));
  return { ...rest, layers: layers.length, ...patternOf(whole, config.globalEvery) };
}

/** @throws UserError if layers are named that are not there. */
export function requireReach({ layers, globalLayers = [] }: ModernBertConfig): void {
  const beyond = globalLayers.find((layer) => layer > layers);
  if (beyond !== undefined)
    throw new UserError(`globalLayers names layer ${beyond}, but the model's layers are 1 to ${layers}.`, {
      remedy: `Name layers from 1 to ${layers}.`,
    });
}
