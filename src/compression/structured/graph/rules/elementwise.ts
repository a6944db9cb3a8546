import type { GraphNode } from '../../../../models/onnx/graph.ts';
import type { Followed } from '../followed.ts';
import { along, type Rule, type RuleTable } from './rule.ts';

/** Each number of the result comes from the one in its place. */
export const same: Rule = ({ inputs: [first], outputs: [output], operator }, followed) => {
  const turned = operator === 'Identity' || operator === 'Cast' ? followed.origin(first!) : undefined;
  followed.set(output, followed.axes(first!), turned);
};

/** Operands are repeated along axes that they lack. */
const together: Rule = (node, followed) => {
  const [output] = node.outputs;
  const names = node.inputs.filter((name) => name !== '');
  const rank = followed.shape(output!).length;
  followed.set(
    output,
    Array.from({ length: rank }, (_, at) =>
      followed.pair(node, 'joins them with values that stay', ...along(followed, names, rank - at)),
    ),
  );
};

/** What is added to what a product made is its bias. */
const sum: Rule = (node, followed) => {
  together(node, followed);
  const { inputs } = node;
  for (const [at, name] of inputs.entries())
    if (followed.products.has(inputs[1 - at]!)) markBias(name, followed);
};

export function markBias(name: string, followed: Followed): void {
  const shape = followed.shape(name);
  if (shape.at(-1)! > 1) followed.mark(name, shape.length - 1, 'makes');
}

const each = (names: string, rule: Rule): RuleTable =>
  Object.fromEntries(names.split(' ').map((name) => [name, rule]));

export const elementwiseRules: RuleTable = {
  ...each(
    'Relu LeakyRelu Elu Selu Celu Gelu QuickGelu Erf Tanh Sigmoid HardSigmoid HardSwish Swish Mish Softplus Softsign Not Neg Abs Sign Exp Log Sqrt Reciprocal Floor Ceil Round Sin Cos Tan IsNaN Clip Cast CastLike Identity',
    same,
  ),
  ...each(
    'PRelu FastGelu BiasGelu Sub Mul Div Pow Mod Max Min Sum Mean Equal Greater GreaterOrEqual Less LessOrEqual And Or Xor Where',
    together,
  ),
  Add: sum,
  Dropout: (node: GraphNode, followed: Followed) => {
    for (const output of node.outputs) followed.set(output, followed.axes(node.inputs[0]!));
  },
};
