import { flattenConfig, formatConfigValue } from './flat-config.ts';

/** What of a model's configuration tells its size, per architecture; the rest is regularisation. */
const sizes: Readonly<Record<string, readonly string[]>> = {
  mlp: ['hidden'],
  cnn: ['channels', 'dense'],
  resnet: ['depth', 'width'],
};

/** A model in a few words: 'mlp 1200-1200', 'cnn 32-64-128', 'gpt2 3×96' for three layers of 96. */
export function describeModel(config: object | undefined): string {
  if (config === undefined) return 'from a checkpoint';
  const flat = flattenConfig(config);
  const architecture = formatConfigValue(flat.get('architecture'));
  const [layers, width] = [flat.get('layers'), flat.get('hiddenSize')];
  if (typeof layers === 'number' && typeof width === 'number') return `${architecture} ${layers}×${width}`;
  const keys = sizes[architecture] ?? [...flat.keys()].filter((key) => Number.isInteger(flat.get(key)));
  const parts = keys
    .map((key) => flat.get(key))
    .filter((value) => value !== undefined)
    .map((value) => formatConfigValue(value).replaceAll(', ', '-'));
  return [architecture, ...parts].join(' ');
}
