import type { Graph, GraphNode, GraphTensor } from './graph.ts';

/** What the numbers of a graph are to training. */
export interface GraphWeights {
  /** Trained. */
  readonly parameters: readonly GraphTensor[];
  /** Running statistics: moved in training, not trained. */
  readonly buffers: readonly GraphTensor[];
  /**
   * Tensors that are the same numbers as a parameter: exporters write a table that embeds tokens and predicts them twice.
   * They stay the same in training.
   */
  readonly tied: ReadonlyMap<string, TiedWeight>;
  /** All others, which stay as they are. */
  readonly constants: readonly GraphTensor[];
  /** Why floats are among the constants, by name. */
  readonly reasons: ReadonlyMap<string, string>;
}

export interface TiedWeight {
  readonly parameter: string;
  /** Whether rows and columns are exchanged. */
  readonly transposed: boolean;
}

/** Operands by which a single number is a weight. */
const takesWeights = new Set(['Conv', 'Gemm', 'MatMul', 'BatchNormalization', 'LayerNormalization', 'PRelu']);
const namedLikeWeight = /(^|[./_])(weight|bias|gamma|beta|kernel|scale|alpha)$/i;

/** As good as minus infinity: what masks attention. */
const masked = 1e9;

/**
 * Tells weights from constants. A graph does not say which of its numbers were trained: floats are, but for single
 * numbers, masks, and frequencies that only become angles.
 */
export function weightsOf(graph: Graph): GraphWeights {
  const users = usersOf(graph);
  const running = new Set(
    graph.nodes.flatMap(({ operator, inputs }) =>
      operator === 'BatchNormalization' ? inputs.slice(3, 5) : [],
    ),
  );
  const parameters: GraphTensor[] = [];
  const buffers: GraphTensor[] = [];
  const constants: GraphTensor[] = [];
  const tied = new Map<string, TiedWeight>();
  const reasons = new Map<string, string>();
  for (const tensor of graph.tensors.values()) {
    if (running.has(tensor.name)) {
      buffers.push(tensor);
      continue;
    }
    const reason = whyConstant(tensor, users);
    if (reason !== undefined) {
      constants.push(tensor);
      if (tensor.kind === 'float') reasons.set(tensor.name, reason);
    } else {
      const same = parameters.map((other) => tieOf(other, tensor)).find((tie) => tie !== undefined);
      if (same) tied.set(tensor.name, same);
      else parameters.push(tensor);
    }
  }
  return { parameters, buffers, tied, constants, reasons };
}

type Users = ReadonlyMap<string, readonly GraphNode[]>;

function usersOf({ nodes }: Graph): Users {
  const users = new Map<string, GraphNode[]>();
  for (const node of nodes)
    for (const name of node.inputs) {
      const found = users.get(name);
      if (found) found.push(node);
      else users.set(name, [node]);
    }
  return users;
}

/** Why a tensor is not trained; undefined where it is. */
function whyConstant(tensor: GraphTensor, users: Users): string | undefined {
  const { name, kind, data } = tensor;
  const own = users.get(name) ?? [];
  if (kind !== 'float') return 'no floats';
  if (own.length === 0) return 'nothing reads it';
  if (data.length === 0) return 'it is empty';
  if (
    data.length === 1 &&
    !namedLikeWeight.test(name) &&
    !own.some(({ operator }) => takesWeights.has(operator))
  )
    return 'a single number, not named like a weight';
  if (data.some((value) => !(Math.abs(value) < masked)))
    return 'it masks: some of its numbers are as good as infinite';
  return onlyAngles(name, users) ? 'it only becomes sines and cosines' : undefined;
}

/** Whether a value goes nowhere but into sines and cosines. */
function onlyAngles(name: string, users: Users): boolean {
  const waiting = [name];
  const seen = new Set(waiting);
  let angles = false;
  for (let at = 0; at < waiting.length; at++) {
    const own = users.get(waiting[at]!) ?? [];
    if (own.length === 0 || waiting.length > 64) return false;
    for (const { operator, outputs } of own) {
      if (operator === 'Sin' || operator === 'Cos') {
        angles = true;
        continue;
      }
      // Far enough to be something else.
      if (operator === 'Softmax' || operator === 'LayerNormalization' || operator === 'Conv') return false;
      for (const output of outputs)
        if (output !== '' && !seen.has(output)) {
          seen.add(output);
          waiting.push(output);
        }
    }
  }
  return angles;
}

/** Matrices that agree in every number; what is all one number agrees by chance. */
function tieOf(parameter: GraphTensor, tensor: GraphTensor): TiedWeight | undefined {
  const [a, b] = [parameter.shape, tensor.shape];
  if (a.length !== 2 || b.length !== 2 || parameter.data.length !== tensor.data.length) return undefined;
  const [rows, columns] = a as [number, number];
  if (parameter.data.every((value) => value === parameter.data[0])) return undefined;
  const { name } = parameter;
  if (String(a) === String(b) && tensor.data.every((value, at) => value === parameter.data[at]))
    return { parameter: name, transposed: false };
  if (b[0] !== columns || b[1] !== rows) return undefined;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      if (parameter.data[row * columns + column] !== tensor.data[column * rows + row]) return undefined;
  return { parameter: name, transposed: true };
}
