import type { LlamaLayout } from '../layout.ts';

export const qwen2Layout: LlamaLayout = {
  transformersClass: 'Qwen2ForCausalLM',
  attentionBias: true,
  outputBias: false,
  rebuildsTokenizer: true,
  ownKeys: () => ({ use_sliding_window: false }),
};
