import type { Tensor } from '@tensorflow/tfjs-core';
import type { TaskShape } from '../../../data/dataset.ts';
import { tf } from '../../../device/tensorflow.ts';
import type { Gemma3Config } from '../../../experiment/architectures/gemma3.ts';
import { decoder, type Sight } from '../../layers/decoder.ts';
import { embedding } from '../../layers/embedding.ts';
import { gatedDecoderLayer } from '../../layers/gated-decoder-layer.ts';
import { rmsNorm } from '../../layers/rms-norm.ts';
import { rotaryOf } from '../../layers/rotary.ts';
import type { Network } from '../../network.ts';
import { positionCount, textShape } from '../../text-input.ts';
import type { WeightRegistry } from '../../weights.ts';
import { groupedAttention } from '../grouped-attention.ts';
import { requireReach } from '../reach.ts';
import { gemma3IntermediateSize, gemma3Reach } from './sizes.ts';

/** Standard deviation of fresh weights, as in Gemma. */
const deviation = 0.02;

/**
 * Causal language model most of whose layers see a window (Gemma Team 2025, arXiv:2503.19786). Weights have the names and
 * shapes of Gemma3ForCausalLM in transformers: those of normalisations are what a scale differs from 1. Hidden state 0 is
 * the scaled embeddings, hidden state k that of layer k, the last one after the final normalisation; (batch, length,
 * hiddenSize).
 */
export function gemma3Network(config: Gemma3Config, task: TaskShape, weights: WeightRegistry): Network {
  const text = textShape(config, task, 'language-model');
  positionCount(config.positions, text);
  requireReach(config);
  const { hiddenSize } = config;
  const shape = groupedAttention(config);
  const attention = { ...shape, scale: 1 / Math.sqrt(config.queryScalar ?? shape.headSize) };
  const norm = (name: string, width: number): ((x: Tensor) => Tensor) =>
    rmsNorm(weights, name, width, config.rmsNormEpsilon, { aroundOne: true });
  const words = embedding(weights, 'model.embed_tokens', text.vocabulary, hiddenSize, deviation);
  const layers = Array.from({ length: config.layers }, (_, index) =>
    gatedDecoderLayer(weights, `model.layers.${index}`, {
      hiddenSize,
      intermediateSize: gemma3IntermediateSize(config),
      attention,
      activation: config.activation,
      biases: { attention: config.attentionBias, output: config.attentionBias, feedForward: false },
      deviation,
      norm,
      headNorms: true,
      norms: {
        feedForward: 'pre_feedforward_layernorm',
        afterAttention: 'post_attention_layernorm',
        afterFeedForward: 'post_feedforward_layernorm',
      },
    }),
  );
  const lastNorm = norm('model.norm', hiddenSize);
  const predictor = config.tieEmbeddings
    ? words.table
    : weights.parameter('lm_head.weight', [text.vocabulary, hiddenSize], { normal: deviation });
  const waves = { size: shape.headSize, most: config.positions ?? text.length };
  const all: Sight = {
    rotation: rotaryOf({ ...waves, theta: config.ropeTheta, scaling: config.ropeScaling }),
  };
  const near: Sight = {
    window: config.slidingWindow,
    rotation: rotaryOf({ ...waves, theta: config.localRopeTheta }),
  };
  return decoder({
    text,
    hiddenSize,
    layers,
    memory: { heads: shape.keyValueHeads, headSize: shape.headSize },
    sights: gemma3Reach.of(config).map((whole) => (whole ? all : near)),
    embed: (ids) => tf.reshape(tf.mul(words.lookUp(ids), Math.sqrt(hiddenSize)), [-1, hiddenSize]),
    lastNorm,
    predictor,
  });
}
