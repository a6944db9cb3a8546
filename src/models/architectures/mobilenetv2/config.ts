import { z } from 'zod';
import type { TaskShape } from '../../../data/dataset.ts';
import type { MobilenetV2Config } from '../../../experiment/architectures/mobilenetv2.ts';
import {
  type ModelDescription,
  parseRaw,
  type RawConfig,
  rate,
  size,
  unsupported,
} from '../../huggingface/description.ts';
import { describeImageClassifier, imageKeys, imageSchema } from '../../huggingface/image-classifier.ts';

/** By how much all layers together make images smaller. */
const wholeStride = 32;

const schema = z.object({
  ...imageSchema.shape,
  depth_multiplier: z.number().positive().default(1),
  depth_divisible_by: size.default(8),
  min_depth: size.default(8),
  expand_ratio: z.number().positive().default(6),
  output_stride: size.default(wholeStride),
  first_layer_is_expansion: z.boolean().default(true),
  finegrained_output: z.boolean().default(true),
  hidden_act: z.string().default('relu6'),
  tf_padding: z.boolean().default(true),
  classifier_dropout_prob: rate.default(0.8),
  layer_norm_eps: z.number().positive().default(1e-3),
});

/** @throws UserError if the configuration is broken, or of a variant that is not built here. */
export function readMobilenetConfig(raw: RawConfig, file: string): ModelDescription {
  const found = parseRaw(schema, raw, file);
  const { hidden_act: activation, output_stride: stride } = found;
  if (activation !== 'relu6' && activation !== 'relu')
    throw unsupported(file, `the activation "${activation}" (hidden_act)`);
  // With less, transformers spreads the kernels of the last layers instead of making maps smaller.
  if (stride < wholeStride)
    throw unsupported(file, `an output_stride of ${stride} instead of ${wholeStride}`);
  if (!found.first_layer_is_expansion)
    throw unsupported(file, 'a further convolution in the stem (first_layer_is_expansion false)');
  const config = {
    architecture: 'mobilenetv2',
    width: found.depth_multiplier,
    channelDivisor: found.depth_divisible_by,
    fewestChannels: found.min_depth,
    expansion: found.expand_ratio,
    wideOutput: found.finegrained_output,
    padding: found.tf_padding ? 'tensorflow' : 'symmetric',
    activation,
    dropout: found.classifier_dropout_prob,
    normEpsilon: found.layer_norm_eps,
  } as const;
  return describeImageClassifier(config, found, raw, file);
}

/** The config.json of MobileNetV2ForImageClassification. */
export function writeMobilenetConfig(
  config: MobilenetV2Config,
  task: TaskShape,
  classNames: readonly string[] | undefined,
): Record<string, unknown> {
  return {
    architectures: ['MobileNetV2ForImageClassification'],
    model_type: 'mobilenet_v2',
    ...imageKeys(task, classNames),
    depth_multiplier: config.width,
    depth_divisible_by: config.channelDivisor,
    min_depth: config.fewestChannels,
    expand_ratio: config.expansion,
    output_stride: wholeStride,
    first_layer_is_expansion: true,
    finegrained_output: config.wideOutput,
    hidden_act: config.activation,
    tf_padding: config.padding === 'tensorflow',
    classifier_dropout_prob: config.dropout,
    layer_norm_eps: config.normEpsilon,
    initializer_range: 0.02,
  };
}
