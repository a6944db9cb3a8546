import type { LlamaConfig } from '../../../experiment/architectures/llama.ts';
import type { LlamaLayout } from './layout.ts';
import { llamaLayout } from './layouts/llama.ts';
import { qwen2Layout } from './layouts/qwen2.ts';

/** By the names they have in transformers as `model_type`. */
export const llamaLayouts: { readonly [L in LlamaConfig['layout']]: LlamaLayout } = {
  llama: llamaLayout,
  qwen2: qwen2Layout,
};

export const llamaLayoutNames = Object.keys(llamaLayouts) as readonly LlamaConfig['layout'][];
