import type { Tensor } from '@tensorflow/tfjs-core';
import { UserError } from '../../base/user-error.ts';
import { forwardStep } from '../../compression/forward-step.ts';
import { type FrozenGraph, freezeGraph } from '../../compression/onnx/frozen-graph.ts';
import type { HostTensor, Tensors } from '../../device/device.ts';
import type { OnnxDevice } from '../../device/onnx/onnx-device.ts';
import { type TracedStep, traceStep } from '../../device/onnx/steps/traced-step.ts';
import { constructionOf } from '../../models/architectures/all.ts';
import type { Model } from '../../models/model.ts';
import type { Sizes } from './affine.ts';
import type { OpenAxis } from './length-nodes.ts';
import { openGraph, type Trace, TracesDiffer } from './open-graph.ts';

/** What a model computes for batches of any size, and texts of any length that it has positions for. */
export interface ModelGraph extends FrozenGraph {
  /** The graph's outputs by the names of the step's. */
  readonly outputs: ReadonlyMap<string, string>;
}

/** A step over a model, and how its inputs grow with the lengths that are left open. */
export interface OpenStep {
  readonly step: (inputs: Tensors) => Record<string, Tensor>;
  readonly inputs: (sizes: Sizes) => Readonly<Record<string, HostTensor>>;
  /** Lengths to record it for, the longest first; enough of them to tell the lengths apart. */
  readonly sizes: readonly Sizes[];
  /** Of which input and axis each length is. */
  readonly axes: Readonly<Record<string, { readonly input: string; readonly axis: number }>>;
}

/** A model's forward pass: inputs `pixels`, or `ids`, `mask` and of pairs `segments`; output `logits`. */
export function forwardOf(model: Model): OpenStep {
  const { task } = model;
  const step = forwardStep(model);
  if (task.image)
    return {
      step,
      inputs: ({ batch }) => ({ pixels: zeros([batch!, ...task.image!], 'float32') }),
      sizes: [2, 3, 5, 7].map((batch) => ({ batch })),
      axes: { batch: { input: 'pixels', axis: 0 } },
    };
  const most = lengthToOpen(model);
  const segments = task.text?.pairs?.types === 2 && readsSegments(model);
  return {
    step,
    inputs: ({ batch, length }) => ({
      ids: zeros([batch!, length!], 'int32'),
      mask: zeros([batch!, length!], 'float32'),
      ...(segments && { segments: zeros([batch!, length!], 'int32') }),
    }),
    sizes: [
      { batch: 2, length: most },
      { batch: 3, length: most },
      { batch: 2, length: most - 1 },
      { batch: 5, length: most - 2 },
    ],
    axes: { batch: { input: 'ids', axis: 0 }, length: { input: 'ids', axis: 1 } },
  };
}

/**
 * Reading tokens after others: inputs `ids`, `mask`, `positions` and `past.N.keys`, `past.N.values` of each layer;
 * outputs `logits` and `present.N.keys`, `present.N.values`.
 */
export function proceedingOf(model: Model): OpenStep {
  const { layers, heads, headSize } = model.memory!;
  const most = lengthToOpen(model);
  const each = <Part>(make: (layer: number) => Part) =>
    Array.from({ length: layers }, (_, layer) => make(layer));
  const grown = (batch: number, fresh: number, past: number) => ({
    batch,
    new: fresh,
    past,
    total: fresh + past,
  });
  return {
    step(inputs) {
      const past = each((layer) => ({
        keys: inputs[`past.${layer}.keys`]!,
        values: inputs[`past.${layer}.values`]!,
      }));
      const { ids, mask, positions } = inputs as Record<'ids' | 'mask' | 'positions', Tensor>;
      const { logits, memory } = model.proceed!({ ids, mask, positions, past });
      const present = memory.flatMap(({ keys, values }, layer) => [
        [`present.${layer}.keys`, keys] as const,
        [`present.${layer}.values`, values] as const,
      ]);
      return { logits, ...Object.fromEntries(present) };
    },
    inputs(sizes) {
      const { batch, new: fresh, past, total } = sizes as Record<'batch' | 'new' | 'past' | 'total', number>;
      const kept = () => zeros([batch, heads, past, headSize], 'float32');
      return {
        ids: zeros([batch, fresh], 'int32'),
        mask: zeros([batch, total], 'float32'),
        positions: zeros([batch, fresh], 'int32'),
        ...Object.fromEntries(
          each((layer) => [
            [`past.${layer}.keys`, kept()],
            [`past.${layer}.values`, kept()],
          ]).flat(),
        ),
      };
    },
    sizes: [
      grown(2, 2, most - 2),
      grown(3, 2, most - 2),
      grown(2, 3, most - 3),
      grown(2, 2, most - 3),
      grown(5, 3, most - 4),
      grown(2, 4, most - 5),
    ],
    axes: {
      batch: { input: 'ids', axis: 0 },
      new: { input: 'ids', axis: 1 },
      past: { input: 'past.0.keys', axis: 2 },
      total: { input: 'mask', axis: 1 },
    },
  };
}

/**
 * Records a step over a model as a graph with its weights in it, whose lengths are open. Nothing is computed.
 * @param stored what becomes of the values of weights by being stored
 * @throws UserError if the graph depends on the lengths in a way that cannot be written down
 */
export async function modelGraph(
  device: OnnxDevice,
  model: Model,
  { step, inputs, sizes, axes }: OpenStep,
  stored = (values: Float32Array): Float32Array => values,
): Promise<ModelGraph> {
  const traces: Trace[] = [];
  let first: TracedStep | undefined;
  for (const size of sizes) {
    const traced = await traceStep(device, step, inputs(size), { asRecorded: true });
    first ??= traced;
    traces.push({ model: traced.model, sizes: size });
  }
  const { sources, outputs } = first!;
  const names = new Map(
    [...sources].flatMap(([name, source]) => (source.kind === 'input' ? [[source.name, name]] : [])),
  );
  const graph = opened(
    traces,
    Object.fromEntries(
      Object.entries(axes).map(([length, { input, axis }]) => [length, { input: names.get(input)!, axis }]),
    ),
  );
  const weightNames = new Map<unknown, string>(
    [...model.parameters, ...model.buffers].map(([name, variable]) => [variable, name]),
  );
  return { ...(await freezeGraph(graph, sources, weightNames, stored)), outputs };
}

function opened(traces: readonly Trace[], axes: Readonly<Record<string, OpenAxis>>) {
  try {
    return openGraph(traces, axes);
  } catch (error) {
    if (!(error instanceof TracesDiffer)) throw error;
    throw new UserError(`This model has no one graph for texts of all lengths: ${error.message}`, {
      remedy: 'Export it as safetensors, and please report the experiment: Distillery should know how.',
    });
  }
}

/** Lengths are told apart by graphs of texts of several lengths. */
const fewestTokens = 6;

function lengthToOpen(model: Model): number {
  const most = longestText(model);
  if (most >= fewestTokens) return most;
  throw new UserError(`A model for texts of at most ${most} tokens cannot be exported as ONNX.`, {
    remedy: `Train one that has at least ${fewestTokens} positions.`,
  });
}

const readsSegments = ({ config }: Model): boolean => constructionOf(config).readsSegments?.(config) ?? false;

/** Tokens in the longest text a model has positions for. */
export const longestText = ({ config, task }: Model): number =>
  ('positions' in config ? config.positions : undefined) ?? task.text!.length;

function zeros(shape: readonly number[], dtype: 'float32' | 'int32'): HostTensor {
  const size = shape.reduce((before, axis) => before * axis, 1);
  return { data: dtype === 'int32' ? new Int32Array(size) : new Float32Array(size), shape, dtype };
}
