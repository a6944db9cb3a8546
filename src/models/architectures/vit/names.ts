import type { EncoderNames } from '../encoder-pruning.ts';

/** What the weights are called in ViTForImageClassification. */
export const vitNames = {
  classToken: 'vit.embeddings.cls_token',
  positions: 'vit.embeddings.position_embeddings',
  patches: 'vit.embeddings.patch_embeddings.projection',
  layer: (index) => `vit.encoder.layer.${index}`,
  attentionNorm: 'layernorm_before',
  query: 'attention.attention.query',
  key: 'attention.attention.key',
  value: 'attention.attention.value',
  attentionOutput: 'attention.output.dense',
  innerNorm: 'layernorm_after',
  up: 'intermediate.dense',
  down: 'output.dense',
  lastNorm: 'vit.layernorm',
  classifier: 'classifier',
} as const satisfies EncoderNames & Record<string, unknown>;
