/** What the weights are called in ModernBertForSequenceClassification. */
export const modernBertNames = {
  words: 'model.embeddings.tok_embeddings',
  embeddingNorm: 'model.embeddings.norm',
  /** @param index from 0 */
  layer: (index: number) => `model.layers.${index}`,
  attentionNorm: 'attn_norm',
  queriesKeysValues: 'attn.Wqkv',
  attentionOutput: 'attn.Wo',
  innerNorm: 'mlp_norm',
  up: 'mlp.Wi',
  down: 'mlp.Wo',
  lastNorm: 'model.final_norm',
  headDense: 'head.dense',
  headNorm: 'head.norm',
  classifier: 'classifier',
} as const;
