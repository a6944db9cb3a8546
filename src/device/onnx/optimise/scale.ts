/**
 * Constant factors cost a pass over memory each, and training graphs are full of them: 1/√d in attention, 1/n in
 * means, −1 of negations, β of moments. So while a graph is rewritten each value is carried as (value, factor), and
 * the factor is handed on through operators that are linear in it, to end in another factor or in the alpha of a
 * matrix product, where it is free. Only what cannot take a factor has it multiplied out.
 */
import { filling, scalar } from '../graph/record.ts';
import type { GraphNode, Value } from '../graph/value.ts';
import { sameShape } from '../graph/value.ts';
import type { Interner } from './interner.ts';

/** Factors beyond this are multiplied out at once, lest they overflow on their way. */
const largest = 2 ** 40;

/** A value times a constant factor. */
export class Scaled {
  readonly value: Value;
  readonly factor: number;

  constructor(value: Value, factor: number) {
    this.value = value;
    this.factor = factor;
  }

  /** The product as a value of its own. */
  plain(interner: Interner): Value {
    if (this.factor === 1) return this.value;
    if (this.factor === -1)
      return interner.node({ operator: 'Neg', domain: '', outputs: [this.value] }, [this.value], {})[0]!;
    const factor = interner.leaf(scalar(this.factor));
    return interner.node(
      { operator: 'Mul', domain: '', outputs: [this.value] },
      [this.value, factor],
      {},
    )[0]!;
  }
}

type Operands = readonly (Scaled | undefined)[];

type Rule = (node: GraphNode, operands: Operands, interner: Interner) => Scaled[] | undefined;

/** Linear in the first operand; the others are shapes, axes, indices. */
const linear: Rule = (node, [first, ...rest], interner) => {
  const values = interner.node(node, [first!.value, ...rest.map((operand) => operand?.plain(interner))]);
  return values.map((value) => checked(value, first!.factor, interner));
};

/** Keeps the order of elements, so only positive factors commute with it. */
const increasing: Rule = (node, operands, interner) =>
  operands[0]!.factor > 0 ? linear(node, operands, interner) : undefined;

/** f(s·x) = g(s)·f(x) for s > 0. */
const homogeneous =
  (power: (factor: number) => number): Rule =>
  (node, [first], interner) => {
    if (first!.factor <= 0 || first!.factor === 1) return undefined;
    return [checked(interner.node(node, [first!.value])[0]!, power(first!.factor), interner)];
  };

/** Operands that all carry one factor keep it. */
const alike: Rule = (node, operands, interner) => {
  const { factor } = operands[0]!;
  if (operands.some((operand) => operand!.factor !== factor)) return undefined;
  const values = interner.node(
    node,
    operands.map((operand) => operand!.value),
  );
  return [checked(values[0]!, factor, interner)];
};

const multiply: Rule = (node, [a, b], interner) => {
  const [x, y] = [constantFactor(a!, b!), constantFactor(b!, a!)];
  if (x !== undefined) return [checked(b!.value, x * b!.factor, interner)];
  if (y !== undefined) return [checked(a!.value, y * a!.factor, interner)];
  const [p, q] = [settled(a!, b!, interner), settled(b!, a!, interner)];
  return [checked(interner.node(node, [p.value, q.value])[0]!, p.factor * q.factor, interner)];
};

/** A factor of something small is multiplied out there, where it costs next to nothing, before it spreads to something large. */
function settled(small: Scaled, large: Scaled, interner: Interner): Scaled {
  const spreads = small.factor !== 1 && small.value.size * 16 <= large.value.size;
  return spreads ? new Scaled(small.plain(interner), 1) : small;
}

const divide: Rule = (node, [a, b], interner) => {
  const divisor = constantFactor(b!, a!);
  if (divisor !== undefined && divisor !== 0) return [checked(a!.value, a!.factor / divisor, interner)];
  return [checked(interner.node(node, [a!.value, b!.value])[0]!, a!.factor / b!.factor, interner)];
};

/** a ± b: what both are multiplied by comes out in front; a negative factor turns a sum into a difference. */
const sum =
  (sign: 1 | -1): Rule =>
  (node, [a, b], interner) => {
    const ratio = (sign * b!.factor) / a!.factor;
    const make = (x: Value, y: Value, negative: boolean) =>
      interner.node(
        { operator: negative ? 'Sub' : 'Add', domain: '', outputs: node.outputs },
        [x, y],
        {},
      )[0]!;
    if (Math.abs(ratio) === 1) return [checked(make(a!.value, b!.value, ratio === -1), a!.factor, interner)];
    const y = new Scaled(b!.value, Math.abs(b!.factor)).plain(interner);
    return [new Scaled(make(a!.plain(interner), y, sign * b!.factor < 0), 1)];
  };

/** Products of matrices take factors as their alpha. */
const product: Rule = (node, [a, b, c], interner) => {
  const factor = a!.factor * b!.factor;
  const before = node.attributes.alpha;
  const alpha = factor * (typeof before === 'object' && 'float' in before ? before.float : 1);
  const inputs = [a!.value, b!.value, ...(c ? [c.plain(interner)] : [])];
  const attributes = alpha === 1 ? node.attributes : { ...node.attributes, alpha: { float: alpha } };
  return [new Scaled(interner.node(node, inputs, attributes)[0]!, 1)];
};

const rules: Readonly<Record<string, Rule>> = {
  Mul: multiply,
  Div: divide,
  Add: sum(1),
  Sub: sum(-1),
  Neg: (_node, [x], interner) => [checked(x!.value, -x!.factor, interner)],
  Reshape: linear,
  Transpose: linear,
  Expand: linear,
  Tile: linear,
  Slice: linear,
  Split: linear,
  Gather: linear,
  GatherND: linear,
  ReduceSum: linear,
  ReduceMean: linear,
  ReduceMax: increasing,
  ReduceMin: increasing,
  Relu: increasing,
  Pad: (node, operands, interner) =>
    filling(operands[2]?.value ?? scalar(0)) === 0 ? linear(node, operands, interner) : undefined,
  Abs: homogeneous((factor) => factor),
  Sqrt: homogeneous(Math.sqrt),
  Reciprocal: homogeneous((factor) => 1 / factor),
  ReduceSumSquare: (node, operands, interner) =>
    linear(node, operands, interner)?.map(({ value }) => checked(value, operands[0]!.factor ** 2, interner)),
  Concat: alike,
  Gemm: product,
  FusedMatMul: product,
  MatMul: (node, operands, interner) => {
    const [a, b] = operands;
    return [checked(interner.node(node, [a!.value, b!.value])[0]!, a!.factor * b!.factor, interner)];
  },
};

/** Hands factors through a node where it can; undefined where the operands must be multiplied out. */
export function passScale(node: GraphNode, operands: Operands, interner: Interner): Scaled[] | undefined {
  const rule = rules[node.operator];
  if (!rule || node.outputs.some(({ type }) => type !== 'float32')) return undefined;
  return rule(node, operands, interner);
}

/** The number a constant operand multiplies the other by, if it leaves the other's shape as it is. */
function constantFactor(constant: Scaled, other: Scaled): number | undefined {
  const number = filling(constant.value);
  if (number === undefined || constant.value.rank > other.value.rank) return undefined;
  const fits = constant.value.size === 1 || sameShape(constant.value.shape, other.value.shape);
  return fits && Number.isFinite(number) ? number * constant.factor : undefined;
}

function checked(value: Value, factor: number, interner: Interner): Scaled {
  const scaled = new Scaled(value, factor);
  const size = Math.abs(factor);
  return size <= largest && size >= 1 / largest ? scaled : new Scaled(scaled.plain(interner), 1);
}
