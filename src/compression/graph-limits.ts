import { UserError } from '../base/user-error.ts';
import { isGraphConfig, type OnnxGraphConfig } from '../experiment/architectures/onnx-graph.ts';
import type { ModelConfig } from '../experiment/schema/schema.ts';
import type { CompressionConfig } from '../experiment/strategies/compression.ts';
import type { QuantizeConfig } from '../experiment/strategies/quantize/record.ts';
import { openedGraph } from '../models/onnx/opened.ts';
import { computesInIntegers } from './quantization-plan.ts';

/** What is not done with models whose network is an ONNX graph; undefined where nothing stands against it. */
export function graphRefusal(config: ModelConfig, strategy: CompressionConfig): UserError | undefined {
  if (!isGraphConfig(config)) return undefined;
  if (config.asIs !== undefined)
    return new UserError(`This model cannot be made smaller: ${config.asIs}.`, {
      remedy: 'Name the model in full precision, usually model.onnx.',
    });
  if (strategy.kind === 'quantize') return tooOld(config, strategy);
  if (strategy.method === 'magnitude' && strategy.storage === 'sparse')
    return new UserError('An ONNX graph keeps its zeros: its file does not become smaller.', {
      remedy: 'Set "storage" to "dense".',
    });
  return undefined;
}

/** The first version of ONNX's operators with a scale for each output of a weight. */
const scalesPerOutput = 13;

function tooOld(config: OnnxGraphConfig, { scheme }: QuantizeConfig): UserError | undefined {
  if (!computesInIntegers(scheme)) return undefined;
  const { opset, file } = openedGraph(config).graph;
  if (opset >= scalesPerOutput) return undefined;
  return new UserError(
    `${file} is written for version ${opset} of ONNX’s operators, which cannot compute with a scale for each output.`,
    {
      remedy: `Export it again with opset_version=17, or choose scheme "int8-weights".`,
      place: file,
    },
  );
}
