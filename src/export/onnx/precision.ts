import type { FrozenGraph } from '../../compression/onnx/frozen-graph.ts';
import { quantizableNodes, rewritingOf, weightsOf } from '../../compression/quantization-plan.ts';
import type { Rewriting } from '../../compression/quantized-device.ts';
import type { QuantizedWeight } from '../../compression/stored-quantization.ts';
import type { Model } from '../../models/model.ts';
import { groupSize, type Precision, precisions } from '../forms.ts';

/** How graphs of a precision are made; undefined where weights stay as they are. */
export function storageOf(precision: Precision): Rewriting | undefined {
  const { scheme } = precisions[precision];
  return scheme && rewritingOf({ scheme, groupSize, floatWeights: new Set() });
}

/** The weights of a graph that a precision stores as whole numbers. */
export function quantizedIn(precision: Precision, model: Model, frozen: FrozenGraph): QuantizedWeight[] {
  const { scheme } = precisions[precision];
  return scheme ? weightsOf(model, quantizableNodes(frozen, scheme), scheme) : [];
}
