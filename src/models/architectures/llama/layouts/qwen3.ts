import { ggufKinds } from '../gguf-kinds.ts';
import type { LlamaLayout } from '../layout.ts';
import { llamaHeadSize } from '../sizes.ts';
import { switchedWindow } from '../windows.ts';

export const qwen3Layout: LlamaLayout = {
  transformersClass: 'Qwen3ForCausalLM',
  attentionBias: 'asked',
  outputBias: true,
  feedForwardBias: false,
  headNorms: true,
  window: 'switched',
  gguf: ggufKinds.qwen3,
  rebuildsTokenizer: false,
  absent: {
    max_position_embeddings: 32_768,
    num_key_value_heads: 32,
    head_dim: 128,
    sliding_window: 4096,
  },
  ownKeys: (config) => ({
    head_dim: llamaHeadSize(config),
    attention_bias: config.attentionBias ?? false,
    ...switchedWindow(config),
  }),
};
