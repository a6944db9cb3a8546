import type { onnx } from 'onnx-proto';
import { listAttribute, nodeProto } from '../../device/onnx/graph/node-proto.ts';
import type { EditableGraph } from './editable-graph.ts';

/**
 * Multiplies what follows a product or convolution per output, as batch normalisation in evaluation does, into its
 * weight and bias (Jacob et al. 2018, section 3.2), so that one layer is left to be quantized:
 * (x·W + b)·f + g = x·(W·f) + (b·f + g).
 */
export function foldNormalizations(graph: EditableGraph, origins: Map<string, string>): void {
  for (let changed = true; changed; ) {
    changed = false;
    const uses = graph.uses();
    const users = new Map<string, onnx.INodeProto>();
    for (const node of graph.nodes) for (const name of node.input!) users.set(name, node);
    const onlyUser = (name: string) => (uses.get(name) === 1 ? users.get(name) : undefined);
    for (const node of graph.nodes) {
      if (node.opType !== 'Conv' && node.opType !== 'Gemm') continue;
      const weight = node.input![1]!;
      if (!origins.has(weight) || uses.get(weight) !== 1) continue;
      let last = node.output![0]!;
      const transposed = node.opType === 'Conv' ? onlyUser(last) : undefined;
      if (node.opType === 'Conv') {
        if (transposed?.opType !== 'Transpose' || listAttribute(transposed, 'perm')?.join() !== '0,2,3,1')
          continue;
        last = transposed.output![0]!;
      }
      const user = onlyUser(last);
      const other = user && otherOperand(user, last);
      if (!user || other === undefined) continue;
      const vector = channelVector(graph, other, outputsOf(graph, node));
      if (!vector) continue;
      if (user.opType === 'Mul') scaleBy(graph, node, vector, origins);
      else if (user.opType === 'Add') shiftBy(graph, node, vector);
      else continue;
      graph.replace(user, nodeProto('Identity', [last], user.output!));
      skipIdentities(graph);
      changed = true;
      break;
    }
  }
  graph.prune();
}

function otherOperand({ opType, input }: onnx.INodeProto, name: string): string | undefined {
  if (opType !== 'Mul' && opType !== 'Add') return undefined;
  return input![0] === name ? input![1]! : input![0]!;
}

const transposesWeight = (node: onnx.INodeProto) =>
  node.opType === 'Gemm' && node.attribute!.some(({ name, i }) => name === 'transB' && Number(i) === 1);

function outputsOf(graph: EditableGraph, node: onnx.INodeProto): number {
  const { shape } = graph.tensors.get(node.input![1]!)!;
  return node.opType === 'Conv' || transposesWeight(node) ? shape[0]! : shape[1]!;
}

function channelVector(graph: EditableGraph, name: string, channels: number): Float32Array | undefined {
  const tensor = graph.tensors.get(name);
  if (tensor?.type !== 'float32' || tensor.shape.at(-1) !== channels) return undefined;
  const values = graph.floats(name);
  return values.length === channels ? values : undefined;
}

function scaleBy(
  graph: EditableGraph,
  node: onnx.INodeProto,
  factor: Float32Array,
  origins: Map<string, string>,
): void {
  const [, weight, bias] = node.input! as [string, string, string?];
  const { shape } = graph.tensors.get(weight)!;
  const values = graph.floats(weight).slice();
  const rows = node.opType === 'Conv' || transposesWeight(node);
  const width = values.length / shape[0]!;
  for (let at = 0; at < values.length; at++)
    values[at] = values[at]! * factor[rows ? Math.floor(at / width) : at % width]!;
  node.input![1] = graph.addTensor('folded', 'float32', shape, values);
  origins.set(node.input![1]!, origins.get(weight)!);
  if (bias) {
    const shifted = graph.floats(bias).map((value, at) => value * factor[at % factor.length]!);
    node.input![2] = graph.addTensor('folded', 'float32', [factor.length], shifted);
  }
}

function shiftBy(graph: EditableGraph, node: onnx.INodeProto, shift: Float32Array): void {
  const bias = node.input![2];
  const values = bias ? graph.floats(bias).map((value, at) => value + shift[at]!) : shift.slice();
  node.input![2] = graph.addTensor('folded', 'float32', [shift.length], values);
}

/** Lets whoever reads a copy read the original. */
function skipIdentities(graph: EditableGraph): void {
  const outputs = new Set(graph.outputs.map(({ name }) => name!));
  const sources = new Map<string, string>();
  graph.nodes = graph.nodes.filter((node) => {
    const [made] = node.output!;
    if (node.opType !== 'Identity' || outputs.has(made!)) return true;
    sources.set(made!, node.input![0]!);
    return false;
  });
  for (const node of graph.nodes) node.input = node.input!.map((name) => sources.get(name) ?? name);
}
