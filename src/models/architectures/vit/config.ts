import { z } from 'zod';
import type { TaskShape } from '../../../data/dataset.ts';
import type { VitConfig } from '../../../experiment/architectures/vit.ts';
import { activationOf } from '../../huggingface/activations.ts';
import {
  checkedConfig,
  classNamesOf,
  headOf,
  labelKeys,
  type ModelDescription,
  parseRaw,
  type RawConfig,
  rate,
  size,
  unsupported,
} from '../../huggingface/description.ts';

/** Of an image, in pixels; more than any model sees at once. */
const side = size.max(65_536);
/** One number for squares, or height and width. */
const sides = z.union([side, z.tuple([side, side])]);

const bothOf = (value: z.output<typeof sides>): readonly [number, number] =>
  typeof value === 'number' ? [value, value] : value;

const schema = z.object({
  image_size: sides.default(224),
  patch_size: sides.default(16),
  num_channels: size.default(3),
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
export function readVitConfig(raw: RawConfig, file: string): ModelDescription {
  const found = parseRaw(schema, raw, file);
  const [height, width] = bothOf(found.image_size);
  const [patchSize, patchWidth] = bothOf(found.patch_size);
  if (patchSize !== patchWidth)
    throw unsupported(file, `a patch_size of ${patchSize} × ${patchWidth}, which is not square,`);
  const config = checkedConfig(
    {
      architecture: 'vit',
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
    },
    file,
  );
  const classNames = classNamesOf(raw, file);
  const { kind, otherHead } = headOf(raw, {}, file);
  return {
    config,
    task: {
      ...(kind && { kind }),
      classes: classNames.length,
      image: [height, width, found.num_channels],
    },
    classNames,
    ...(otherHead && { otherHead }),
  };
}

/** The config.json of ViTForImageClassification. */
export function writeVitConfig(
  config: VitConfig,
  task: TaskShape,
  classNames: readonly string[] | undefined,
): Record<string, unknown> {
  const [height, width, channels] = task.image!;
  return {
    architectures: ['ViTForImageClassification'],
    model_type: 'vit',
    ...labelKeys(task, classNames),
    image_size: height === width ? height : [height, width],
    patch_size: config.patchSize,
    num_channels: channels,
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
