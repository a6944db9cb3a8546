import type { Gemma3Config } from '../../../experiment/architectures/gemma3.ts';
import type { Construction } from '../construction.ts';
import { groupedPruning } from '../grouped-pruning.ts';
import { readGemma3Config, writeGemma3Config } from './config.ts';
import { gemma3Network } from './network.ts';
import { gemma3IntermediateSize, gemma3Reach } from './sizes.ts';

const pruning = groupedPruning<Gemma3Config>({
  headNorms: () => true,
  intermediateSize: gemma3IntermediateSize,
});

export const gemma3: Construction<Gemma3Config> = {
  network: gemma3Network,
  layerPrefixes: (_config, layer) => [`model.layers.${layer - 1}.`],
  tables: /^model\.embed_tokens\.weight$/,
  head: { answers: 'tokens', embeddings: 'model.embed_tokens.weight', predictor: 'lm_head.weight' },
  withLayers: (config, layers) => gemma3Reach.withLayers(config, layers),
  layerKind: (config, layer) => gemma3Reach.kindOf(config, layer),
  pruning,
  huggingFace: {
    modelTypes: ['gemma3_text'],
    read: (_type, raw, file) => readGemma3Config(raw, file),
    // transformers 5 checks it, though heads have a size of their own.
    fits: ({ hiddenSize, heads }) => hiddenSize % heads === 0,
    write: writeGemma3Config,
    prefix: () => 'model.',
  },
};
