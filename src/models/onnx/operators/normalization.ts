import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { layerNorm } from '../../../device/operations/layer-norm.ts';
import { tf } from '../../../device/tensorflow.ts';
import { isFrozen } from '../../frozen.ts';
import { normalizeBatch } from '../../layers/normalize-batch.ts';
import { type Call, CannotTrain, type Operator, type OperatorTable } from './operator.ts';
import { repeated } from './repeat.ts';
import { sizeOf } from './value.ts';

/** A vector of channels beside (batch, channels, places…). */
const beside = (vector: Tensor, rank: number): Tensor =>
  tf.reshape(vector, [1, -1, ...Array.from({ length: rank - 2 }, () => 1)]);

/**
 * Batch normalization. In training it uses the statistics of the batch, and moves the running ones as PyTorch does: by the
 * unbiased variance. Frozen ones are used in training, too.
 */
const batchNormalization: Operator = (call) => {
  const x = call.tensor(0);
  const [scale, shift, mean, variance] = [1, 2, 3, 4].map((at) => call.tensor(at)) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  const epsilon = call.number('epsilon', 1e-5);
  const frozen = [mean, variance].some((statistic) => isFrozen(statistic as Variable));
  if (!call.options.training || frozen) {
    const factor = tf.mul(scale, tf.rsqrt(tf.add(variance, epsilon)));
    const offset = tf.sub(shift, tf.mul(mean, factor));
    return [tf.add(tf.mul(x, beside(factor, x.rank)), beside(offset, x.rank))];
  }
  const order = [0, ...[...x.shape.keys()].slice(2), 1];
  const samples = x.size / x.shape[1]!;
  const unbiased = samples / Math.max(1, samples - 1);
  const kept = call.number('momentum', 0.9);
  const blend = (running: Tensor, now: Tensor, factor: number) =>
    (running as Variable).assign(tf.add(tf.mul(running, kept), tf.mul(now, (1 - kept) * factor)));
  const normalized = normalizeBatch(tf.transpose(x, order), scale, shift, epsilon, (ofBatch, spread) => {
    blend(mean, ofBatch, 1);
    blend(variance, spread, unbiased);
  });
  return [tf.transpose(normalized, [0, x.rank - 1, ...[...x.shape.keys()].slice(1, -1)])];
};

/** Over the axes from one on, with scale and shift of their shape. */
const layerNormalization: Operator = (call) => {
  const x = call.tensor(0);
  const axis = call.axis(-1, x.rank);
  const epsilon = call.number('epsilon', 1e-5);
  const width = sizeOf(x.shape.slice(axis));
  const scale = tf.reshape(repeated(call.tensor(1), x.shape.slice(axis)), [width]);
  const shift = call.has(2)
    ? tf.reshape(repeated(call.tensor(2), x.shape.slice(axis)), [width])
    : tf.zeros([width]);
  return [tf.reshape(layerNorm(tf.reshape(x, [-1, width]), scale, shift, epsilon), x.shape)];
};

/** Divides by the root of the mean square (Zhang & Sennrich 2019). */
const rmsNormalization: Operator = (call) => {
  const x = call.tensor(0);
  const axis = call.axis(-1, x.rank);
  const axes = [...x.shape.keys()].slice(axis);
  const epsilon = call.number('epsilon', 1e-5);
  const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(x), axes, true), epsilon));
  return [tf.mul(tf.mul(x, inverse), call.tensor(1))];
};

/** What follows a sum with the residual stream, as ONNX Runtime's optimizer joins them. */
const afterSum =
  (normalize: Operator): Operator =>
  (call) => {
    const rms = normalize === rmsNormalization;
    const biasAt = rms ? 3 : 4;
    const sum = tf.add(call.tensor(0), call.tensor(1));
    const whole = call.has(biasAt) ? tf.add(sum, call.tensor(biasAt)) : sum;
    if ((call.node.outputs[1] ?? '') !== '' || (call.node.outputs[2] ?? '') !== '')
      throw new CannotTrain('its means are used');
    const shift = rms || !call.has(3) ? undefined : call.tensor(3);
    const [normalized] = normalize(call.over(whole, call.tensor(2), shift)) as readonly [Tensor];
    return [normalized, undefined, undefined, whole];
  };

/** Channels in groups, each normalized over its places. */
function inGroups(call: Call, groups: number): Tensor {
  const x = call.tensor(0);
  const [batch, channels] = x.shape as [number, number];
  const epsilon = call.number('epsilon', 1e-5);
  const rows = tf.reshape(x, [batch, groups, -1]);
  const { mean, variance } = tf.moments(rows, 2, true);
  const normalized = tf.reshape(tf.mul(tf.sub(rows, mean), tf.rsqrt(tf.add(variance, epsilon))), x.shape);
  const wide = (vector: Tensor) => {
    // Before operators of version 21 scale and shift are of groups.
    if (vector.size === channels) return beside(vector, x.rank);
    return beside(
      tf.reshape(repeated(tf.reshape(vector, [-1, 1]), [groups, channels / groups]), [-1]),
      x.rank,
    );
  };
  return tf.add(tf.mul(normalized, wide(call.tensor(1))), wide(call.tensor(2)));
}

export const normalizationOperators: OperatorTable = {
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  RMSNormalization: rmsNormalization,
  SimplifiedLayerNormalization: rmsNormalization,
  SkipLayerNormalization: afterSum(layerNormalization),
  SkipSimplifiedLayerNormalization: afterSum(rmsNormalization),
  InstanceNormalization: (call) => inGroups(call, call.value(0).shape[1]!),
  GroupNormalization: (call) => inGroups(call, call.number('num_groups', 1)),
  LpNormalization: (call) => {
    const x = call.tensor(0);
    const axis = call.axis(-1, x.rank);
    const size =
      call.number('p', 2) === 1 ? tf.sum(tf.abs(x), axis, true) : tf.sqrt(tf.sum(tf.square(x), axis, true));
    return tf.div(x, size);
  },
};
