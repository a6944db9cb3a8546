import { ggufKinds } from '../gguf-kinds.ts';
import type { LlamaLayout } from '../layout.ts';
import { llamaHeadSize } from '../sizes.ts';

export const mistralLayout: LlamaLayout = {
  transformersClass: 'MistralForCausalLM',
  attentionBias: 'never',
  outputBias: false,
  feedForwardBias: false,
  headNorms: false,
  window: 'set',
  gguf: ggufKinds.llama,
  rebuildsTokenizer: false,
  absent: { max_position_embeddings: 131_072, num_key_value_heads: 8, sliding_window: 4096 },
  ownKeys: (config) => ({
    // transformers 4 makes no scaled wavelengths of heads whose size is left out.
    head_dim: llamaHeadSize(config),
    sliding_window: config.slidingWindow ?? null,
  }),
};
