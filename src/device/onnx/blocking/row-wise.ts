import type { GraphNode, Value } from '../graph/value.ts';

/**
 * A node each of whose output rows (along the first axis) needs the same row of some operands, and others whole.
 * A product of two matrices is not taken for such: it uses the cache well as it is, and better with all rows at once.
 */
export interface RowWise {
  readonly rows: number;
  /** Per operand: whether it is needed row by row. */
  readonly byRow: readonly boolean[];
}

const elementwise = new Set([
  'Abs',
  'Add',
  'And',
  'Cast',
  'Ceil',
  'Clip',
  'Cos',
  'Div',
  'Elu',
  'Equal',
  'Erf',
  'Exp',
  'Floor',
  'Gelu',
  'Greater',
  'GreaterOrEqual',
  'HardSigmoid',
  'IsNaN',
  'LeakyRelu',
  'Less',
  'LessOrEqual',
  'Log',
  'Max',
  'Min',
  'Mul',
  'Neg',
  'Not',
  'Or',
  'Pow',
  'Reciprocal',
  'Relu',
  'Selu',
  'Sigmoid',
  'Sign',
  'Sin',
  'Softplus',
  'Sqrt',
  'Sub',
  'Tanh',
  'Where',
]);

const reductions = new Set(['ReduceSum', 'ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceSumSquare']);

/** How a node works row by row; undefined where it does not. */
export function rowWise(node: GraphNode): RowWise | undefined {
  const [output] = node.outputs as readonly [Value, ...Value[]];
  const rows = output.shape[0];
  if (rows === undefined || output.rank < 2 || node.inputs.includes(undefined)) return undefined;
  const byRow = operandsByRow(node, node.inputs as readonly Value[], output, rows);
  return byRow?.includes(true) ? { rows, byRow } : undefined;
}

function operandsByRow(
  { operator, attributes }: GraphNode,
  inputs: readonly Value[],
  output: Value,
  rows: number,
): boolean[] | undefined {
  const [first, second] = inputs;
  const whole = inputs.map(() => false);
  const firstByRow = inputs.map((_, index) => index === 0);
  if (elementwise.has(operator))
    return inputs.map((operand) => operand.rank === output.rank && operand.shape[0] === rows && rows > 1);
  switch (operator) {
    case 'MatMul':
    case 'FusedMatMul':
      return batched(inputs, output);
    case 'LayerNormalization':
      return attributes.axis === -1 ? firstByRow : whole;
    case 'Softmax':
      return attributes.axis === output.rank - 1 ? firstByRow : undefined;
    case 'Transpose':
      return (attributes.perm as readonly number[])[0] === 0 ? firstByRow : undefined;
    default:
      return reductions.has(operator) && keepsRows(first!, second) ? firstByRow : undefined;
  }
}

/** Products over leading batch axes that both operands have. */
function batched(inputs: readonly Value[], output: Value): boolean[] | undefined {
  const alike = inputs.every(
    (operand) => operand.rank === output.rank && operand.rank > 2 && operand.shape[0] === output.shape[0],
  );
  return alike ? inputs.map(() => true) : undefined;
}

function keepsRows(operand: Value, axes: Value | undefined): boolean {
  if (!axes?.constant || axes.constant.data.length !== axes.size) return false;
  return operand.rank >= 2 && !Array.from(axes.constant.data, Number).includes(0);
}
