import type { onnx } from 'onnx-proto';
import { type EditableGraph, elementType } from '../../compression/onnx/editable-graph.ts';
import { nodeProto } from '../../device/onnx/graph/node-proto.ts';
import type { ModelGraph } from './model-graph.ts';

/** What Optimum and transformers.js call the lengths that are left open. */
const lengthNames: Readonly<Record<string, string>> = {
  batch: 'batch_size',
  length: 'sequence_length',
  new: 'sequence_length',
  past: 'past_sequence_length',
  total: 'past_sequence_length + sequence_length',
};

/** Inputs that are given in another form than the one a step reads. */
const given: Readonly<
  Record<
    string,
    {
      readonly name: string;
      readonly type: 'int64' | 'float32';
      /** The axes of what is given, by those of what the step reads. */
      readonly axes?: readonly number[];
      readonly read: (from: string, to: string) => onnx.INodeProto;
    }
  >
> = {
  ids: whole('input_ids', 'int32'),
  mask: whole('attention_mask', 'float32'),
  segments: whole('token_type_ids', 'int32'),
  positions: whole('position_ids', 'int32'),
  pixels: {
    name: 'pixel_values',
    type: 'float32',
    axes: [0, 3, 1, 2],
    read: (from, to) => nodeProto('Transpose', [from], to, { perm: [0, 2, 3, 1] }),
  },
};

function whole(name: string, as: 'int32' | 'float32') {
  const read = (from: string, to: string) => nodeProto('Cast', [from], to, { to: elementType[as] });
  return { name, type: 'int64' as const, read };
}

const renamed = (name: string): string =>
  name
    .replace(/^past\.(\d+)\.(key|value)s$/, 'past_key_values.$1.$2')
    .replace(/^present\.(\d+)\.(key|value)s$/, 'present.$1.$2');

/**
 * Gives a graph the inputs and outputs by which transformers.js, Optimum and whoever else runs models of the Hub know it:
 * `input_ids`, `attention_mask`, `token_type_ids`, `position_ids` (int64), `pixel_values` (batch, channels, height, width),
 * `past_key_values.N.key` and `.value`; `logits`, `present.N.key` and `.value`. The graph is changed in place.
 */
export function toStandardForm({ graph, inputs, outputs }: ModelGraph): EditableGraph {
  const first: onnx.INodeProto[] = [];
  const names = new Map([...outputs].map(([name, own]) => [own, renamed(name)]));
  graph.inputs = graph.inputs.map((input) => {
    const step = inputs.get(input.name!)!;
    const form = given[step];
    if (!form) {
      names.set(input.name!, renamed(step));
      return input;
    }
    first.push(form.read(form.name, input.name!));
    const { shape } = input.type!.tensorType!;
    const dim = form.axes?.map((axis) => shape!.dim![axis]!) ?? shape!.dim!;
    return {
      name: form.name,
      type: { tensorType: { elemType: elementType[form.type], shape: { dim } } },
    };
  });
  graph.nodes.unshift(...first);
  graph.rename(names);
  for (const values of ['inputs', 'outputs'] as const)
    graph[values] = graph[values].map(({ name, type }) => {
      const { elemType, shape } = type!.tensorType!;
      const dim = shape!.dim!.map((axis) =>
        axis.dimParam ? { dimParam: lengthNames[axis.dimParam] ?? axis.dimParam } : axis,
      );
      return { name, type: { tensorType: { elemType, shape: { dim } } } };
    }) as onnx.IValueInfoProto[];
  return graph;
}
