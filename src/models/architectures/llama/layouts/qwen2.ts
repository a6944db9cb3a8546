import { ggufKinds } from '../gguf-kinds.ts';
import type { LlamaLayout } from '../layout.ts';
import { switchedWindow } from '../windows.ts';

export const qwen2Layout: LlamaLayout = {
  transformersClass: 'Qwen2ForCausalLM',
  attentionBias: 'always',
  outputBias: false,
  feedForwardBias: false,
  headNorms: false,
  window: 'switched',
  gguf: ggufKinds.qwen2,
  rebuildsTokenizer: true,
  absent: { max_position_embeddings: 32_768, num_key_value_heads: 32, sliding_window: 4096 },
  ownKeys: switchedWindow,
};
