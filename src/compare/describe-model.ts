import { architectureRecord } from '../experiment/architectures/all.ts';
import { type ConfigValue, flattenConfig, formatConfigValue } from './flat-config.ts';

/** A model in a few words: 'mlp 1200-1200', 'cnn 32-64-128', 'gpt2 3×96' for three layers of 96. */
export function describeModel(config: object | undefined): string {
  if (config === undefined) return 'from a checkpoint';
  const flat = flattenConfig(config);
  const architecture = formatConfigValue(flat.get('architecture'));
  const sizes = architectureRecord(architecture)?.sizes ?? likelySizes(flat);
  const parts = sizes.map((group) =>
    group
      .filter((key) => flat.has(key))
      .map((key) => formatConfigValue(flat.get(key)).replaceAll(', ', '-'))
      .join('×'),
  );
  return [architecture, ...parts].filter((part) => part !== '').join(' ');
}

/** What tells the size of a model that a later version knows: layers and width, or all whole numbers. */
function likelySizes(flat: ReadonlyMap<string, ConfigValue>): string[][] {
  if (flat.has('layers') && flat.has('hiddenSize')) return [['layers', 'hiddenSize']];
  return [...flat.keys()].filter((key) => Number.isInteger(flat.get(key))).map((key) => [key]);
}
