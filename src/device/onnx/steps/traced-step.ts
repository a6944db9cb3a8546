import type { Tensors } from '../../device.ts';
import type { tf } from '../../tensorflow.ts';
import { plainConvolutions } from '../channel-blocks.ts';
import { encodeModel, inputName, outputName } from '../graph/encode.ts';
import { graphOf } from '../graph/graph.ts';
import { allCutsKept } from '../graph/record.ts';
import type { HostArray } from '../graph/value.ts';
import type { OnnxDevice } from '../onnx-device.ts';
import { optimise } from '../optimise/optimise.ts';
import { record, type StepInputs } from './recorded-step.ts';

/** Where a graph's input gets its value from: the step's inputs, or something that does not change. */
export type TracedSource =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'variable'; readonly variable: tf.Variable }
  | {
      readonly kind: 'fixed';
      readonly data: HostArray;
      readonly shape: readonly number[];
      readonly type: 'float32' | 'int32';
    };

/** A step as an ONNX model, for inputs of one combination of shapes. */
export interface TracedStep {
  /** An encoded ModelProto of ONNX operators as they are in the standard, without this machine's own layouts. */
  readonly model: Uint8Array;
  /** By the name of the graph's input. */
  readonly sources: ReadonlyMap<string, TracedSource>;
  /** Names of the graph's outputs by those of the step's. */
  readonly outputs: ReadonlyMap<string, string>;
}

/**
 * Writes down what a step computes, for whoever wants to change or export it; nothing is computed.
 * @param options.asRecorded leaves out what makes a graph cheaper, some of which depends on how long axes are.
 * @throws Error if the step assigns variables or draws random numbers, as a forward pass in evaluation does not.
 */
export function traceStep(
  { onnx: backend }: OnnxDevice,
  step: (inputs: Tensors) => Record<string, tf.Tensor>,
  inputs: StepInputs,
  { asRecorded = false } = {},
): Promise<TracedStep> {
  return backend.exclusive(async () => {
    await backend.flushNow();
    const plainly = () => plainConvolutions.during(() => record(backend, step, inputs));
    const recorded = asRecorded ? allCutsKept.during(plainly) : plainly();
    if (recorded.assignments.length > 0 || recorded.hostInputs.length > 0)
      throw new Error('Only a step that changes nothing and draws nothing can be traced.');
    const whole = graphOf(recorded.outputs.map(([, value]) => value));
    const graph = asRecorded ? whole : optimise(whole);
    const sources = new Map<string, TracedSource>();
    for (const [index, value] of graph.inputs.entries()) {
      const source = recorded.sources.get(value);
      if (source?.kind === 'host') continue;
      if (source && source.kind !== 'held') sources.set(inputName(index), source);
      else {
        if (!value.stored) throw new Error('A traced step used a tensor that has no value.');
        value.escaped = true;
        sources.set(inputName(index), {
          kind: 'fixed',
          data: await backend.broughtOver(value),
          shape: value.shape,
          type: value.type as 'float32' | 'int32',
        });
      }
    }
    const outputs = new Map(recorded.outputs.map(([name], index) => [name, outputName(index)]));
    return { model: encodeModel(graph), sources, outputs };
  });
}
