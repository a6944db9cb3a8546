import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../device/tensorflow.ts';
import { tiesEmbeddings, tokenHead } from './checkpoint/head-weights.ts';
import type { Model, ModelInput } from './model.ts';

/**
 * Logits of the token after one position of each text. The predictor sees only these positions: at every position of
 * every text the logits of a whole vocabulary would cost more than the rest of the model. Of a graph all are computed.
 * @param rows (batch) int32, rows of the flattened (batch · length) positions.
 * @returns (batch, vocabulary)
 * @throws Error if the model continues no texts
 */
export function nextTokenLogits(model: Model, input: ModelInput, rows: Tensor): Tensor {
  const { logits, hiddenStates } = model.forward(input, { training: false });
  if (!predictsFromStates(model)) return tf.gather(tf.reshape(logits, [-1, logits.shape[2]!]), rows);
  const states = hiddenStates.at(-1)!;
  const width = states.shape[2]!;
  const last = tf.gather(tf.reshape(states, [-1, width]), rows);
  return tf.matMul(last as Tensor2D, predictorOf(model) as Tensor2D, false, true);
}

/**
 * The logits that follow from the last hidden state: all that a language model answers, in as many numbers a token as
 * its layers are wide.
 * @param states (batch, length, width)
 * @returns (batch, length, vocabulary)
 * @throws Error if the model continues no texts
 */
export function logitsOfStates(model: Model, states: Tensor): Tensor {
  const [batch, length, width] = states.shape as [number, number, number];
  const predictor = predictorOf(model) as Tensor2D;
  const rows = tf.reshape(states, [batch * length, width]) as Tensor2D;
  return tf.reshape(tf.matMul(rows, predictor, false, true), [batch, length, predictor.shape[0]]);
}

/**
 * Whether a model that continues texts has one matrix after its last hidden state, and nothing else. Of a graph that came
 * in a checkpoint nobody knows.
 */
export function predictsFromStates({ config }: Model): boolean {
  const head = tokenHead(config);
  return head !== undefined && head.predictor !== '';
}

/** The matrix (vocabulary, width) that turns the last hidden state into logits. */
function predictorOf({ config, parameters }: Model): Tensor {
  const head = tokenHead(config);
  if (!head) throw new Error(`A model of architecture "${config.architecture}" continues no texts.`);
  return parameters.get(tiesEmbeddings(config) ? head.embeddings : head.predictor)!;
}
