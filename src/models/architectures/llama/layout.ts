import type { LlamaConfig } from '../../../experiment/architectures/llama.ts';
import type { RawConfig } from '../../huggingface/description.ts';
import type { GgufKind } from './gguf-kinds.ts';

/** What the models of the family do differently. */
export interface LlamaLayout {
  /** The class that opens them in transformers. */
  readonly transformersClass: string;
  /** Whether attention has biases: always, never, or where the configuration says so. */
  readonly attentionBias: 'always' | 'never' | 'asked';
  /** Whether these biases are there for the output of attention too, beside queries, keys and values. */
  readonly outputBias: boolean;
  /** Whether the feed-forward part has biases where the configuration says so. */
  readonly feedForwardBias: boolean;
  /** Whether queries and keys are normalized in each head, before they are rotated. */
  readonly headNorms: boolean;
  /** Where the window of attention stands: never, in sliding_window, or there if use_sliding_window says so. */
  readonly window: 'never' | 'set' | 'switched';
  /** Which of llama.cpp's models computes them. */
  readonly gguf: GgufKind;
  /** Whether transformers 5 rebuilds their tokenizer from its vocabulary, whatever its files say. */
  readonly rebuildsTokenizer: boolean;
  /** What transformers takes where config.json lacks a key. */
  readonly absent: RawConfig;
  /** Keys of config.json that the others do not have. */
  ownKeys(config: LlamaConfig): Readonly<Record<string, unknown>>;
}
