import { activationOperators } from './activation.ts';
import { constantOperators } from './constants.ts';
import { convolutionOperators } from './convolution.ts';
import { elementwiseOperators } from './elementwise.ts';
import { indexingOperators } from './indexing.ts';
import { linearOperators } from './linear.ts';
import { normalizationOperators } from './normalization.ts';
import type { Operator, OperatorTable } from './operator.ts';
import { paddingOperators } from './padding.ts';
import { reductionOperators } from './reduction.ts';
import { shapingOperators } from './shaping.ts';

const operators: OperatorTable = {
  ...activationOperators,
  ...constantOperators,
  ...convolutionOperators,
  ...elementwiseOperators,
  ...indexingOperators,
  ...linearOperators,
  ...normalizationOperators,
  ...paddingOperators,
  ...reductionOperators,
  ...shapingOperators,
};

/** Sets of operators that are known beside ONNX's own: those ONNX Runtime's optimizer puts in. */
const domains = new Set(['', 'com.microsoft']);

/** What puts an operator into operations with gradients; undefined where nothing does. */
export const operatorNamed = (name: string, domain: string): Operator | undefined =>
  domains.has(domain) && Object.hasOwn(operators, name) ? operators[name] : undefined;
