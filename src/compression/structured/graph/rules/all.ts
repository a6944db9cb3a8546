import { readBy } from '../../../../models/onnx/graph.ts';
import { elementwiseRules } from './elementwise.ts';
import { linearRules } from './linear.ts';
import { axesRules } from './over-axes.ts';
import { type Rule, type RuleTable, unknown } from './rule.ts';
import { shapingRules } from './shaping.ts';

const rules: RuleTable = { ...elementwiseRules, ...linearRules, ...axesRules, ...shapingRules };

/** What only asks how large something is, or asks nothing. */
const blind = new Set(['Shape', 'Size', 'Constant', 'ConstantOfShape', 'Range']);

/** Operators of ONNX Runtime's own with a rule here. */
const contributed = new Set([
  'Gelu',
  'FastGelu',
  'BiasGelu',
  'QuickGelu',
  'FusedMatMul',
  'SimplifiedLayerNormalization',
]);

/** Follows units through one node. */
export const followNode: Rule = (node, followed) => {
  const { operator, domain } = node;
  if (domain === '' && blind.has(operator)) return;
  const own = domain === '' || (domain === 'com.microsoft' && contributed.has(operator));
  const rule = own && Object.hasOwn(rules, operator) ? rules[operator]! : unknown;
  // A body sees values around it.
  for (const name of readBy(node))
    if (!node.inputs.includes(name)) followed.stop(node, 'is not followed', ...followed.axes(name));
  rule(node, followed);
};
