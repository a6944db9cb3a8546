import type { Tensor } from '@tensorflow/tfjs-core';
import { gelu } from '../../../device/operations/gelu.ts';
import { tf } from '../../../device/tensorflow.ts';
import { dropout } from '../../layers/dropout.ts';
import { type Call, CannotTrain, type Operator, type OperatorTable } from './operator.ts';
import { HostValue, isHost } from './value.ts';

const activation =
  (run: (x: Tensor, call: Call) => Tensor): Operator =>
  (call) =>
    run(call.tensor(0), call);

/** The tanh form (Hendrycks & Gimpel 2016). */
function approximateGelu(x: Tensor): Tensor {
  const inner = tf.mul(tf.add(x, tf.mul(tf.mul(tf.square(x), x), 0.044715)), Math.sqrt(2 / Math.PI));
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
}

const hardSigmoid = (x: Tensor, alpha: number, beta: number) =>
  tf.clipByValue(tf.add(tf.mul(x, alpha), beta), 0, 1);

/** Over one axis, or over all from it on before operators of version 13. */
function softmax(call: Call, run: (x: Tensor) => Tensor): Tensor {
  const x = call.tensor(0);
  const axis = call.axis(call.opset < 13 ? 1 : -1, x.rank);
  if (call.opset < 13 && axis !== x.rank - 1) {
    const rows = x.shape.slice(0, axis).reduce((product, size) => product * size, 1);
    return tf.reshape(run(tf.reshape(x, [rows, -1])), x.shape);
  }
  if (axis === x.rank - 1) return run(x);
  const order = [...x.shape.keys()].filter((one) => one !== axis);
  const turned = run(tf.transpose(x, [...order, axis]));
  const back = [...x.shape.keys()].map((one) => (one === axis ? x.rank - 1 : order.indexOf(one)));
  return tf.transpose(turned, back);
}

/** Drops in training what its node says; a second result tells what was kept. */
const drop: Operator = (call) => {
  const ratio = call.has(1) ? call.host(1, 'ratio').data[0]! : call.number('ratio', 0.5);
  const x = call.value(0);
  const kept = isHost(x) ? x : dropout(x, ratio, call.options);
  if ((call.node.outputs[1] ?? '') === '') return [kept];
  if (call.options.training && ratio > 0) throw new CannotTrain('its mask is used');
  const size = x.shape.reduce((product, axis) => product * axis, 1);
  return [kept, new HostValue('boolean', x.shape, new Float64Array(size).fill(1))];
};

export const activationOperators: OperatorTable = {
  Relu: activation((x) => tf.relu(x)),
  LeakyRelu: activation((x, call) => tf.leakyRelu(x, call.number('alpha', 0.01))),
  PRelu: (call) => tf.prelu(call.tensor(0), call.tensor(1)),
  Elu: activation((x, call) => {
    const alpha = call.number('alpha', 1);
    return alpha === 1 ? tf.elu(x) : tf.add(tf.relu(x), tf.mul(tf.sub(tf.exp(tf.minimum(x, 0)), 1), alpha));
  }),
  Selu: activation((x) => tf.selu(x)),
  Celu: activation((x, call) => {
    const alpha = call.number('alpha', 1);
    return tf.add(tf.relu(x), tf.mul(tf.sub(tf.exp(tf.div(tf.minimum(x, 0), alpha)), 1), alpha));
  }),
  Gelu: activation((x, call) => (call.text('approximate', 'none') === 'tanh' ? approximateGelu(x) : gelu(x))),
  FastGelu: activation((x, call) => approximateGelu(call.has(1) ? tf.add(x, call.tensor(1)) : x)),
  BiasGelu: (call) => gelu(tf.add(call.tensor(0), call.tensor(1))),
  QuickGelu: activation((x, call) => tf.mul(x, tf.sigmoid(tf.mul(x, call.number('alpha', 1.702))))),
  Erf: activation((x) => tf.erf(x)),
  Tanh: activation((x) => tf.tanh(x)),
  Sigmoid: activation((x) => tf.sigmoid(x)),
  HardSigmoid: activation((x, call) => hardSigmoid(x, call.number('alpha', 0.2), call.number('beta', 0.5))),
  HardSwish: activation((x) => tf.mul(x, hardSigmoid(x, 1 / 6, 0.5))),
  Swish: activation((x, call) => tf.mul(x, tf.sigmoid(tf.mul(x, call.number('alpha', 1))))),
  Mish: activation((x) => tf.mul(x, tf.tanh(tf.softplus(x)))),
  Softplus: activation((x) => tf.softplus(x)),
  Softsign: activation((x) => tf.div(x, tf.add(tf.abs(x), 1))),
  Softmax: (call) => softmax(call, (x) => tf.softmax(x)),
  LogSoftmax: (call) => softmax(call, (x) => tf.logSoftmax(x)),
  Dropout: drop,
};
