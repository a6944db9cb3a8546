import type { LlamaConfig } from '../../../experiment/architectures/llama.ts';
import type { LlamaLayout } from './layout.ts';
import { llamaLayout } from './layouts/llama.ts';
import { mistralLayout } from './layouts/mistral.ts';
import { qwen2Layout } from './layouts/qwen2.ts';
import { qwen3Layout } from './layouts/qwen3.ts';

/** By the names they have in transformers as `model_type`. */
export const llamaLayouts: { readonly [L in LlamaConfig['layout']]: LlamaLayout } = {
  llama: llamaLayout,
  mistral: mistralLayout,
  qwen2: qwen2Layout,
  qwen3: qwen3Layout,
};

export const llamaLayoutNames = Object.keys(llamaLayouts) as readonly LlamaConfig['layout'][];
