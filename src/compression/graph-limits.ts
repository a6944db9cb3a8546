import { UserError } from '../base/user-error.ts';
import { isGraphConfig } from '../experiment/architectures/onnx-graph.ts';
import type { ModelConfig } from '../experiment/schema/schema.ts';
import type { CompressionConfig } from '../experiment/strategies/compression.ts';
import { factsOf } from '../experiment/strategies/facts.ts';

/** What is not done with models whose network is an ONNX graph; undefined where nothing stands against it. */
export function graphRefusal(config: ModelConfig, strategy: CompressionConfig): UserError | undefined {
  if (!isGraphConfig(config)) return undefined;
  if (config.asIs !== undefined)
    return new UserError(`This model cannot be made smaller: ${config.asIs}.`, {
      remedy: 'Name the model in full precision, usually model.onnx.',
    });
  if (strategy.kind === 'quantize' && factsOf(strategy.kind)?.refusesGraphs)
    return new UserError('Models that came as ONNX graphs are not quantized here.', {
      remedy: 'Quantize the file by onnxruntime.quantization in Python, or take a checkpoint in safetensors.',
    });
  if (strategy.kind === 'quantize') return undefined;
  if (strategy.method === 'structured')
    return new UserError('No whole units can be taken away from a model that came as an ONNX graph.', {
      remedy: 'Set "method" to "magnitude" and "storage" to "dense".',
    });
  if (strategy.storage === 'sparse')
    return new UserError('An ONNX graph keeps its zeros: its file does not become smaller.', {
      remedy: 'Set "storage" to "dense".',
    });
  return undefined;
}
