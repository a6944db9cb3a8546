import type { LlamaConfig } from '../../../experiment/architectures/llama.ts';

/** What the models of the family do differently. */
export interface LlamaLayout {
  /** The class that opens them in transformers. */
  readonly transformersClass: string;
  /** Whether attention has biases, where the configuration says nothing. */
  readonly attentionBias: boolean;
  /** Whether these biases are there for the output of attention too, beside queries, keys and values. */
  readonly outputBias: boolean;
  /** Whether transformers 5 rebuilds their tokenizer from its vocabulary, whatever its files say. */
  readonly rebuildsTokenizer: boolean;
  /** Keys of config.json that the others do not have. */
  ownKeys(config: LlamaConfig): Readonly<Record<string, unknown>>;
}
