/** What the weights of an encoder are called by each of the three layouts in transformers. */
export interface BertNames {
  readonly base: string;
  readonly words: string;
  readonly positions: string;
  readonly tokenTypes: string | undefined;
  readonly embeddingNorm: string;
  layer(index: number): string;
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly attentionOutput: string;
  readonly attentionNorm: string;
  readonly up: string;
  readonly down: string;
  readonly outputNorm: string;
}

const named = (base: string): BertNames => ({
  base,
  words: `${base}.embeddings.word_embeddings`,
  positions: `${base}.embeddings.position_embeddings`,
  tokenTypes: `${base}.embeddings.token_type_embeddings`,
  embeddingNorm: `${base}.embeddings.LayerNorm`,
  layer: (index) => `${base}.encoder.layer.${index}`,
  query: 'attention.self.query',
  key: 'attention.self.key',
  value: 'attention.self.value',
  attentionOutput: 'attention.output.dense',
  attentionNorm: 'attention.output.LayerNorm',
  up: 'intermediate.dense',
  down: 'output.dense',
  outputNorm: 'output.LayerNorm',
});

export const bertNames: Readonly<Record<'bert' | 'distilbert' | 'roberta', BertNames>> = {
  bert: named('bert'),
  roberta: named('roberta'),
  distilbert: {
    ...named('distilbert'),
    tokenTypes: undefined,
    layer: (index) => `distilbert.transformer.layer.${index}`,
    query: 'attention.q_lin',
    key: 'attention.k_lin',
    value: 'attention.v_lin',
    attentionOutput: 'attention.out_lin',
    attentionNorm: 'sa_layer_norm',
    up: 'ffn.lin1',
    down: 'ffn.lin2',
    outputNorm: 'output_layer_norm',
  },
};
