import type { LlamaLayout } from '../layout.ts';

export const llamaLayout: LlamaLayout = {
  transformersClass: 'LlamaForCausalLM',
  attentionBias: false,
  outputBias: true,
  rebuildsTokenizer: false,
  ownKeys: ({ attentionBias = false, feedForwardBias }) => ({
    attention_bias: attentionBias,
    mlp_bias: feedForwardBias,
  }),
};
