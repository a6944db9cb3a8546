import { z } from 'zod';
import { UserError } from '../../../base/user-error.ts';
import type { TaskShape } from '../../../data/dataset.ts';
import type { ResnetImagenetConfig } from '../../../experiment/architectures/resnet-imagenet.ts';
import { activationOf } from '../../huggingface/activations.ts';
import { type ModelDescription, parseRaw, type RawConfig, size } from '../../huggingface/description.ts';
import { describeImageClassifier, imageKeys, imageSchema } from '../../huggingface/image-classifier.ts';

const groups = z.array(size).min(1).max(64);

const schema = z.object({
  // Which images a model was trained on stands nowhere in a ResNet of transformers, which sees any; Distillery writes it.
  ...imageSchema.shape,
  embedding_size: size.default(64),
  hidden_sizes: groups.default([256, 512, 1024, 2048]),
  depths: groups.default([3, 4, 6, 3]),
  layer_type: z.enum(['basic', 'bottleneck']).default('bottleneck'),
  hidden_act: z.string().default('relu'),
  downsample_in_first_stage: z.boolean().default(false),
  downsample_in_bottleneck: z.boolean().default(false),
});

/** @throws UserError if the configuration is broken, or of a variant that is not built here. */
export function readResnetConfig(raw: RawConfig, file: string): ModelDescription {
  const found = parseRaw(schema, raw, file);
  if (found.depths.length !== found.hidden_sizes.length)
    throw new UserError(
      `${file}: "depths" names ${found.depths.length} groups, but "hidden_sizes" ${found.hidden_sizes.length}.`,
      { remedy: 'Restore the config.json that came with the weights.', place: file },
    );
  const config = {
    architecture: 'resnet-imagenet',
    blockKind: found.layer_type,
    blocks: found.depths,
    channels: found.hidden_sizes,
    stemChannels: found.embedding_size,
    activation: activationOf(found.hidden_act, file),
    halveFirst: found.downsample_in_first_stage,
    strideFirst: found.downsample_in_bottleneck,
  } as const;
  return describeImageClassifier(config, found, raw, file);
}

/** The config.json of ResNetForImageClassification. */
export function writeResnetConfig(
  config: ResnetImagenetConfig,
  task: TaskShape,
  classNames: readonly string[] | undefined,
): Record<string, unknown> {
  const stages = config.blocks.map((_, index) => `stage${index + 1}`);
  return {
    architectures: ['ResNetForImageClassification'],
    model_type: 'resnet',
    ...imageKeys(task, classNames),
    embedding_size: config.stemChannels,
    hidden_sizes: config.channels,
    depths: config.blocks,
    layer_type: config.blockKind,
    hidden_act: config.activation,
    downsample_in_first_stage: config.halveFirst,
    downsample_in_bottleneck: config.strideFirst,
    // Those of a checkpoint with other groups would not fit.
    stage_names: ['stem', ...stages],
    out_features: stages.slice(-1),
    out_indices: [stages.length],
  };
}
