import { ggufKinds } from '../gguf-kinds.ts';
import type { LlamaLayout } from '../layout.ts';

export const llamaLayout: LlamaLayout = {
  transformersClass: 'LlamaForCausalLM',
  attentionBias: 'asked',
  outputBias: true,
  feedForwardBias: true,
  headNorms: false,
  window: 'never',
  gguf: ggufKinds.llama,
  rebuildsTokenizer: false,
  absent: { max_position_embeddings: 2048 },
  ownKeys: ({ attentionBias = false, feedForwardBias }) => ({
    attention_bias: attentionBias,
    mlp_bias: feedForwardBias,
  }),
};
