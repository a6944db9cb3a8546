import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../device/tensorflow.ts';
import type { Model, ModelInput } from '../models/model.ts';

/** Shape of each hidden state without the batch axis, of the embedding or stem first: one more than there are layers. */
export interface HiddenShapes extends ReadonlyArray<readonly number[]> {
  /** Of values of an ONNX graph that were asked for, by what was asked. */
  readonly named?: ReadonlyMap<string, readonly number[]>;
}

/** Shapes by number, and by name. */
export const withNamed = (
  shapes: readonly (readonly number[])[],
  named: ReadonlyMap<string, readonly number[]> = new Map(),
): HiddenShapes => Object.assign([...shapes], { named });

const probeLength = 8;

function probe(model: Model): ModelInput {
  const { image, text } = model.task;
  if (image) return { pixels: tf.zeros([1, ...image]) };
  const length = Math.min(probeLength, text?.length ?? probeLength);
  return { ids: tf.zeros([1, length], 'int32'), mask: tf.ones([1, length]) };
}

/**
 * Shapes of a model's hidden states without the batch axis: [width], [height, width, channels] or [length, width],
 * where the length of a text is the same for every model, since it says nothing of one. From one forward pass over a single
 * blank sample, or from what is known of a network that runs apart.
 */
export function hiddenShapes(model: Model): HiddenShapes {
  if (model.apart) {
    const { hiddenShapes, namedShapes } = model.apart;
    const shapeOf = (shape: readonly number[]) =>
      model.task.text && shape.length === 2 ? [probeLength, shape[1]!] : shape;
    return withNamed(
      hiddenShapes.map(shapeOf),
      new Map([...namedShapes].map(([asked, shape]) => [asked, shapeOf(shape)])),
    );
  }
  const shapeOf = (state: Tensor) =>
    model.task.text && state.rank === 3 ? [probeLength, state.shape[2]!] : state.shape.slice(1);
  let shapes: HiddenShapes = [];
  tf.tidy(() => {
    const { hiddenStates, named } = model.forward(probe(model), { training: false });
    shapes = withNamed(
      hiddenStates.map(shapeOf),
      new Map([...(named ?? [])].map(([asked, state]) => [asked, shapeOf(state)])),
    );
  });
  return shapes;
}
