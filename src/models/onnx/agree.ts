import { UserError } from '../../base/user-error.ts';
import { tf } from '../../device/tensorflow.ts';
import type { Model, ModelInput } from '../model.ts';
import type { GraphDescription } from './describe.ts';
import { openedGraph } from './opened.ts';
import { GraphSession, type ProbedValue, type ProbeSample } from './probe.ts';

/** Of the largest logit: float32 in another order of sums. */
const tolerance = 1e-3;
const samples = 2;
const mostTokens = 12;

/**
 * Holds a graph that became operations with gradients against the same graph as ONNX Runtime runs it, on a few made-up
 * samples: an operator that is read otherwise than it is meant shows here, before anything is trained.
 * @throws UserError if they answer differently
 */
export async function requireAgreement(
  { config }: Pick<GraphDescription, 'config'>,
  model: Model,
): Promise<void> {
  const { order: _, ...unordered } = config;
  const opened = openedGraph(config);
  const { values = [] } = config;
  const sample = sampleFor(model);
  const session = await GraphSession.open(
    opened,
    unordered,
    values.map(({ name }) => name),
  );
  let expected: Map<string, ProbedValue>;
  try {
    expected = await session.run(sample);
  } finally {
    await session.release();
  }
  const found = tf.tidy(() => {
    const { logits, named } = model.forward(inputFor(sample), { training: false });
    const states = values.map(({ asked }) => {
      const state = named!.get(asked)!;
      // One that was asked for by two names is read twice.
      return state.rank === 4 && !config.channelsLast ? tf.transpose(state, [0, 3, 1, 2]) : tf.clone(state);
    });
    return [logits, ...states];
  });
  const { order } = model.config as typeof config;
  for (const [at, name] of [config.answer, ...values.map(({ name }) => name)].entries()) {
    const numbers = await found[at]!.data();
    const width = found[at]!.shape.at(-1)!;
    found[at]!.dispose();
    const { shape, data } = expected.get(name)!;
    const apart = difference(numbers, width, {
      expected: data as ArrayLike<number>,
      stored: shape.at(-1)!,
      ...(at === 0 && { order }),
    });
    if (apart === undefined) continue;
    const { file } = opened.graph;
    const what = name === config.answer ? 'logits' : `values of "${name}"`;
    throw new UserError(
      `${file} answers otherwise by ONNX Runtime than by its operators here: ${what} differ by ${apart.toPrecision(2)}.`,
      { remedy: 'Do not use this model, and please report it with the way it was exported.', place: file },
    );
  }
}

interface Expectation {
  readonly expected: ArrayLike<number>;
  /** Numbers in a row of the graph, which may be more than are used. */
  readonly stored: number;
  readonly order?: readonly number[] | undefined;
}

/** How far answers are from what they must be; undefined where that is what another order of sums makes. */
export function difference(
  found: ArrayLike<number>,
  width: number,
  { expected, stored, order }: Expectation,
): number | undefined {
  let largest = 1e-3;
  let apart = 0;
  for (let at = 0; at < found.length; at++) {
    const [row, column] = [Math.floor(at / width), at % width];
    const wanted = expected[row * stored + (order?.[column] ?? column)]!;
    largest = Math.max(largest, Math.abs(wanted));
    apart = Math.max(apart, Math.abs(found[at]! - wanted));
  }
  return apart <= tolerance * largest ? undefined : apart;
}

/** A few made-up samples, the same each time. */
export function sampleFor({ task: { image, text } }: Pick<Model, 'task'>): ProbeSample {
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
