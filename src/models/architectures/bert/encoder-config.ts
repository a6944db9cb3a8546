import { z } from 'zod';
import type { BertConfig } from '../../../experiment/architectures/bert.ts';
import { activationOf } from '../../huggingface/activations.ts';
import { optional, parseRaw, rate, size, unsupported } from '../../huggingface/description.ts';
import { describeClassifier, textClassifierKeys } from '../../huggingface/text-classifier.ts';
import { commonSchema, intermediateSizeOf } from './config-parts.ts';
import type { BertLayout } from './layout.ts';

const schema = z.object({
  ...commonSchema.shape,
  hidden_size: size,
  num_hidden_layers: size,
  num_attention_heads: size,
  intermediate_size: size,
  hidden_act: z.string().default('gelu'),
  hidden_dropout_prob: rate.default(0.1),
  attention_probs_dropout_prob: rate.default(0.1),
  classifier_dropout: optional(rate),
  embedding_size: size.optional(),
  type_vocab_size: size.default(2),
  layer_norm_eps: z.number().positive().default(1e-12),
  position_embedding_type: z.string().nullish(),
  is_decoder: z.boolean().nullish(),
});

interface EncoderConfigOptions extends Pick<BertLayout, 'firstPosition' | 'tokenTypes'> {
  readonly layout: BertConfig['layout'];
  /** The class that opens them in transformers. */
  readonly transformersClass: string;
  /** Fills short texts where the configuration says nothing. */
  readonly padId: number;
  /** Width of the embeddings where the configuration says nothing; left out where it is that of the hidden states. */
  readonly embeddingSize?: number;
}

/** The config.json of encoders whose keys are those of BERT. */
export const encoderConfig = ({
  layout,
  transformersClass,
  padId: usualPadId,
  embeddingSize: usualEmbeddingSize,
  firstPosition,
  tokenTypes,
}: EncoderConfigOptions): Pick<BertLayout, 'readConfig' | 'writeConfig'> => ({
  readConfig(raw, file) {
    const found = parseRaw(schema, raw, file);
    if ((found.position_embedding_type ?? 'absolute') !== 'absolute')
      throw unsupported(file, `position_embedding_type "${found.position_embedding_type}"`);
    if (found.is_decoder) throw unsupported(file, 'is_decoder, an encoder made to continue texts,');
    const padId = found.pad_token_id ?? usualPadId;
    const positions = found.max_position_embeddings - firstPosition(padId);
    const config = {
      architecture: 'bert',
      layout,
      hiddenSize: found.hidden_size,
      ...(usualEmbeddingSize !== undefined && {
        embeddingSize: found.embedding_size ?? usualEmbeddingSize,
      }),
      layers: found.num_hidden_layers,
      heads: found.num_attention_heads,
      intermediateSize: found.intermediate_size,
      activation: activationOf(found.hidden_act, file),
      dropout: found.hidden_dropout_prob,
      attentionDropout: found.attention_probs_dropout_prob,
      classifierDropout: found.classifier_dropout,
      positions,
      tokenTypes: found.type_vocab_size,
      layerNormEpsilon: found.layer_norm_eps,
    } as const;
    return describeClassifier(config, { vocabulary: found.vocab_size, length: positions, padId }, raw, file);
  },
  writeConfig(config, task, classNames) {
    const text = task.text!;
    return {
      architectures: [transformersClass],
      model_type: layout,
      ...textClassifierKeys(task, classNames),
      hidden_size: config.hiddenSize,
      ...(usualEmbeddingSize !== undefined && { embedding_size: config.embeddingSize ?? config.hiddenSize }),
      num_hidden_layers: config.layers,
      num_attention_heads: config.heads,
      intermediate_size: intermediateSizeOf(config),
      hidden_act: config.activation,
      hidden_dropout_prob: config.dropout,
      attention_probs_dropout_prob: config.attentionDropout,
      classifier_dropout: config.classifierDropout ?? null,
      max_position_embeddings: (config.positions ?? text.length) + firstPosition(text.padId),
      type_vocab_size: config.tokenTypes ?? Math.max(tokenTypes, text.pairs?.types ?? 1),
      layer_norm_eps: config.layerNormEpsilon,
    };
  },
});
