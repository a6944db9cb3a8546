import type { Gpt2Config } from '../../../experiment/architectures/gpt2.ts';
import type { Construction } from '../construction.ts';
import { evenHeads } from '../heads-pruning.ts';
import { readGpt2Config, writeGpt2Config } from './config.ts';
import { gpt2Gguf } from './gguf.ts';
import { gpt2Network } from './network.ts';
import { gpt2Pruning } from './pruning.ts';

export const gpt2: Construction<Gpt2Config> = {
  network: gpt2Network,
  layerPrefixes: (_config, layer) => [`transformer.h.${layer - 1}.`],
  tables: /^transformer\.(wte|wpe)\.weight$/,
  head: { answers: 'tokens', embeddings: 'transformer.wte.weight', predictor: 'lm_head.weight' },
  withLayers: (config, { length: layers }) => ({ ...config, layers }),
  pruning: gpt2Pruning,
  huggingFace: {
    modelTypes: ['gpt2'],
    read: (_type, raw, file) => readGpt2Config(raw, file),
    fits: evenHeads,
    write: writeGpt2Config,
    prefix: () => 'transformer.',
  },
  gguf: gpt2Gguf,
};
