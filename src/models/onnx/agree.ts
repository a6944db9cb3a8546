import { UserError } from '../../base/user-error.ts';
import { tf } from '../../device/tensorflow.ts';
import type { Model, ModelInput } from '../model.ts';
import type { GraphDescription } from './describe.ts';
import { openedGraph } from './opened.ts';
import { GraphSession, type ProbeSample } from './probe.ts';

/** Of the largest logit: float32 in another order of sums. */
const tolerance = 1e-3;
const samples = 2;
const mostTokens = 12;

/**
 * Holds a graph that became operations with gradients against the same graph as ONNX Runtime runs it, on a few made-up
 * samples: an operator that is read otherwise than it is meant shows here, before anything is trained.
 * @throws UserError if they answer differently
 */
export async function requireAgreement(described: GraphDescription, model: Model): Promise<void> {
  const { config } = described;
  const { order: _, ...unordered } = config;
  const opened = openedGraph(config);
  const { file } = opened.graph;
  const sample = sampleFor(model);
  const session = await GraphSession.open(opened, unordered, []);
  let expected: ArrayLike<number>;
  try {
    expected = (await session.run(sample)).get(config.answer)!.data as ArrayLike<number>;
  } finally {
    await session.release();
  }
  const logits = tf.tidy(() => model.forward(inputFor(sample), { training: false }).logits);
  const found = await logits.data();
  const width = logits.shape.at(-1)!;
  logits.dispose();
  const { order } = model.config as typeof config;
  const stored = expected.length / (found.length / width);
  let largest = 1e-3;
  let difference = 0;
  for (let at = 0; at < found.length; at++) {
    const [row, column] = [Math.floor(at / width), at % width];
    const wanted = expected[row * stored + (order?.[column] ?? column)]!;
    largest = Math.max(largest, Math.abs(wanted));
    difference = Math.max(difference, Math.abs(found[at]! - wanted));
  }
  if (difference <= tolerance * largest) return;
  throw new UserError(
    `${file} answers otherwise by ONNX Runtime than by its operators here: logits differ by ${difference.toPrecision(2)}.`,
    { remedy: 'Do not use this model, and please report it with the way it was exported.', place: file },
  );
}

function sampleFor({ task: { image, text } }: Model): ProbeSample {
  // Numbers that look random and are the same each time.
  const number = (at: number) =>
    Math.sin(at * 12.9898) * 43758.5453 - Math.floor(Math.sin(at * 12.9898) * 43758.5453);
  if (image) {
    const pixels = Float32Array.from(
      { length: samples * image[0] * image[1] * image[2] },
      (_, at) => 4 * number(at) - 2,
    );
    return { batch: samples, length: 1, image, pixels };
  }
  const length = Math.min(mostTokens, text!.length);
  const ids = Array.from({ length: samples * length }, (_, at) => Math.floor(number(at) * text!.vocabulary));
  return { batch: samples, length, ids };
}

function inputFor({ batch, length, image, pixels, ids }: ProbeSample): ModelInput {
  if (image) return { pixels: tf.tensor(pixels!, [batch, ...image], 'float32') };
  return { ids: tf.tensor(Int32Array.from(ids!), [batch, length], 'int32'), mask: tf.ones([batch, length]) };
}
