import type { LlamaConfig } from '../../../experiment/architectures/llama.ts';
import type { Construction } from '../construction.ts';
import { groupedPruning } from '../grouped-pruning.ts';
import { readLlamaConfig, writeLlamaConfig } from './config.ts';
import { llamaGguf } from './gguf.ts';
import { llamaLayoutNames, llamaLayouts } from './layouts.ts';
import { llamaNetwork } from './network.ts';
import { llamaIntermediateSize } from './sizes.ts';

export const llama: Construction<LlamaConfig> = {
  network: llamaNetwork,
  layerPrefixes: (_config, layer) => [`model.layers.${layer - 1}.`],
  tables: /^model\.embed_tokens\.weight$/,
  head: { answers: 'tokens', embeddings: 'model.embed_tokens.weight', predictor: 'lm_head.weight' },
  withLayers: (config, { length: layers }) => ({ ...config, layers }),
  pruning: groupedPruning({
    headNorms: ({ layout }) => llamaLayouts[layout].headNorms,
    intermediateSize: llamaIntermediateSize,
  }),
  huggingFace: {
    modelTypes: llamaLayoutNames,
    read: readLlamaConfig,
    write: writeLlamaConfig,
    prefix: () => 'model.',
    rebuildsTokenizer: ({ layout }) => llamaLayouts[layout].rebuildsTokenizer,
  },
  gguf: llamaGguf,
};
