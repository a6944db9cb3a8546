import type { Tensor } from '@tensorflow/tfjs-core';
import type { HostTensor } from '../device/device.ts';
import type { SessionOptions } from '../device/runtime/session-options.ts';

/** One batch as a model sees it, in JavaScript memory; see ModelInput for shapes. */
export interface HostModelInput {
  readonly pixels?: HostTensor;
  readonly ids?: HostTensor;
  readonly mask?: HostTensor;
  readonly segments?: HostTensor;
}

/** How a session of ONNX Runtime is opened, and when it may run. */
export interface ApartOptions {
  /** Left out: those of the runtime. */
  readonly sessionOptions?: SessionOptions;
  /** Waits until nothing else runs; left out: at once. */
  readonly exclusive?: <Result>(run: () => Promise<Result>) => Promise<Result>;
}

export interface ApartSession {
  /**
   * What the network answers to one batch, as its file gives it: 'logits', and the hidden states that were asked for by
   * the names of {@link hiddenName}.
   * @throws UserError if the file does not take such a batch
   */
  run(input: HostModelInput): Promise<Record<string, HostTensor>>;
  release(): Promise<void>;
}

/** A network that is no operations of TensorFlow.js: a runtime runs its file as it is. It answers, and cannot be trained. */
export interface Apart {
  /** Why it is not trained, as a clause: 'the node "x" (GRU) has no gradients here'. */
  readonly reason: string;
  /** Numbers in its weights, however they are stored. */
  readonly parameters: number;
  /** Shapes of its hidden states without the batch axis; the length of a text is the longest it takes. */
  readonly hiddenShapes: readonly (readonly number[])[];
  /** The same of values that were asked for by name. */
  readonly namedShapes: ReadonlyMap<string, readonly number[]>;
  /** @param states numbers and names of the hidden states that are needed beside the logits */
  open(states: readonly (number | string)[], options: ApartOptions): Promise<ApartSession>;
}

/** What a hidden state is called among the answers, by its number or the name it was asked for by. */
export const hiddenName = (layer: number | string): string =>
  typeof layer === 'number' ? `hidden.${layer}` : `hidden.=${layer}`;

let given: Readonly<Record<string, Tensor>> | undefined;

/** Runs a step over a network that ran apart: what it answered is what its forward pass gives meanwhile. */
export function withAnswers<Result>(answers: Readonly<Record<string, Tensor>>, step: () => Result): Result {
  given = answers;
  try {
    return step();
  } finally {
    given = undefined;
  }
}

/** What a network that runs apart answered, by the names {@link ApartSession.run} gives. */
export function answersGiven(): Readonly<Record<string, Tensor>> {
  if (!given)
    throw new Error('The network of a model that runs apart was asked for its answers by nobody who ran it.');
  return given;
}
