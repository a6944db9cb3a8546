import type { EncoderNames } from '../encoder-pruning.ts';

/** What the weights of an encoder are called. */
export interface BertNames extends EncoderNames {
  readonly base: string;
  readonly words: string;
  readonly positions: string;
  readonly tokenTypes: string | undefined;
  readonly embeddingNorm: string;
  readonly attentionNorm: string;
  readonly outputNorm: string;
}

/** As BERT has them, below another base. */
export const namesBelow = (base: string): BertNames => ({
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
