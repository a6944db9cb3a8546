import type { Architecture } from '../../experiment/architectures/all.ts';
import type { ModelConfig } from '../../experiment/schema/schema.ts';
import { graphConstruction } from '../onnx/record.ts';
import { bert } from './bert/record.ts';
import { cnn } from './cnn/record.ts';
import type { Construction } from './construction.ts';
import { gemma3 } from './gemma3/record.ts';
import { gpt2 } from './gpt2/record.ts';
import { llama } from './llama/record.ts';
import { mlp } from './mlp/record.ts';
import { mobilenetv2 } from './mobilenetv2/record.ts';
import { modernbert } from './modernbert/record.ts';
import { resnet } from './resnet/record.ts';
import { resnetImagenet } from './resnet-imagenet/record.ts';
import { vit } from './vit/record.ts';

const constructions: {
  readonly [A in Architecture]: Construction<Extract<ModelConfig, { architecture: A }>>;
} = {
  mlp,
  cnn,
  resnet,
  'resnet-imagenet': resnetImagenet,
  mobilenetv2,
  vit,
  bert,
  modernbert,
  gpt2,
  llama,
  gemma3,
};

/** All architectures, in the order that they are offered. */
export const allConstructions: readonly Construction[] = Object.values(constructions);

/** How models of an architecture are built, stored, cut and copied. */
export const constructionOf = (config: ModelConfig): Construction =>
  config.architecture === 'onnx' ? graphConstruction(config) : constructions[config.architecture];
