import { z } from 'zod';
import type { TaskShape } from '../../../data/dataset.ts';
import type { VitConfig } from '../../../experiment/architectures/vit.ts';
import { activationOf } from '../../huggingface/activations.ts';
import {
  type ModelDescription,
  parseRaw,
  type RawConfig,
  rate,
  size,
  unsupported,
} from '../../huggingface/description.ts';
import {
  bothSides,
  describeImageClassifier,
  imageKeys,
  imageSchema,
  sides,
} from '../../huggingface/image-classifier.ts';

const schema = z.object({
  ...imageSchema.shape,
  patch_size: sides.default(16),
  hidden_size: size.default(768),
  num_hidden_layers: size.default(12),
  num_attention_heads: size.default(12),
  intermediate_size: size.default(3072),
  hidden_act: z.string().default('gelu'),
  hidden_dropout_prob: rate.default(0),
  attention_probs_dropout_prob: rate.default(0),
  qkv_bias: z.boolean().default(true),
  layer_norm_eps: z.number().positive().default(1e-12),
});

/** @throws UserError if the configuration is broken, or of a variant that is not built here. */
export function readVitConfig(type: string, raw: RawConfig, file: string): ModelDescription {
  const found = parseRaw(schema, raw, file);
  const [patchSize, patchWidth] = bothSides(found.patch_size);
  if (patchSize !== patchWidth)
    throw unsupported(file, `a patch_size of ${patchSize} × ${patchWidth}, which is not square,`);
  const config = {
    architecture: 'vit',
    layout: type as VitConfig['layout'],
    patchSize,
    hiddenSize: found.hidden_size,
    layers: found.num_hidden_layers,
    heads: found.num_attention_heads,
    intermediateSize: found.intermediate_size,
    activation: activationOf(found.hidden_act, file),
    dropout: found.hidden_dropout_prob,
    attentionDropout: found.attention_probs_dropout_prob,
    queryKeyValueBias: found.qkv_bias,
    layerNormEpsilon: found.layer_norm_eps,
  } as const;
  return describeImageClassifier(config, found, raw, file);
}

const transformersClasses = { vit: 'ViTForImageClassification', deit: 'DeiTForImageClassification' } as const;

/** The config.json by which transformers opens the model. */
export function writeVitConfig(
  config: VitConfig,
  task: TaskShape,
  classNames: readonly string[] | undefined,
): Record<string, unknown> {
  return {
    architectures: [transformersClasses[config.layout]],
    model_type: config.layout,
    ...imageKeys(task, classNames),
    patch_size: config.patchSize,
    hidden_size: config.hiddenSize,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    intermediate_size: config.intermediateSize ?? 4 * config.hiddenSize,
    hidden_act: config.activation,
    hidden_dropout_prob: config.dropout,
    attention_probs_dropout_prob: config.attentionDropout,
    qkv_bias: config.queryKeyValueBias,
    layer_norm_eps: config.layerNormEpsilon,
    initializer_range: 0.02,
  };
}
