import type { QuantizeConfig } from '../../experiment/strategies/quantize/record.ts';
import { quantizedFile } from '../../models/stored/quantized-weights.ts';
import { sparseFile } from '../../models/stored/sparse-weights.ts';
import type { RunResult } from '../directory/events.ts';
import type { RunRequest } from '../directory/run-request.ts';

/** How a model that was made smaller is stored, read and computed, and what that does to its figures. */
export function storageNotes({ experiment }: RunRequest, { compression, student }: RunResult): string[] {
  const { strategy } = experiment;
  if (strategy.kind === 'quantize')
    return [
      speed[strategy.scheme],
      ...(student.graph ? graphWeights(compression) : quantizedWeights(strategy, compression)),
    ];
  if (strategy.kind !== 'prune' || strategy.method !== 'magnitude') return [];
  const zeros =
    'Weights that are zero are multiplied like others: the model is as fast as one without zeros, not faster.';
  return compression?.sparseWeights ? [zeros, sparseLayout] : [zeros];
}

/** What a scheme does to the time a sample takes. */
const speed: Readonly<Record<QuantizeConfig['scheme'], string>> = {
  float16:
    'Latency: the weights are made 32-bit floats when the model is loaded, and it computes in those. It is smaller on disk, not faster: where its latency differs from the original’s, that is what measuring varies.',
  'int8-weights':
    'Latency: the weights are made 32-bit floats when the model is loaded, and it computes in those. It is smaller on disk, not faster: where its latency differs from the original’s, that is what measuring varies.',
  int8: 'Latency: products are computed in 8-bit integers. Whether that is faster than floats depends on the processor, and for small models on what converting costs.',
  'int4-weights':
    'Latency: the weights of products stay in 4 bits and are made floats block by block while the model computes; those of convolutions are made floats when it is loaded.',
};

const list = (names: readonly string[] = []) => names.map((name) => `\`${name}\``).join(', ') || 'none';

function graphWeights(compression: RunResult['compression']): string[] {
  return [
    `In fewer bits: ${list(compression?.quantizedWeights)}.`,
    `Left as they were: ${list(compression?.floatWeights)}.`,
    'Everything lies in the graph itself: weights of 16 bits are cast to float32, those of 8 bits are cast and multiplied by their scales or go through `DequantizeLinear`, and products with 4 bits are `MatMulNBits` of ONNX Runtime.',
  ];
}

function quantizedWeights({ scheme }: QuantizeConfig, compression: RunResult['compression']): string[] {
  if (scheme === 'float16' || !compression?.quantizedWeights) return [];
  return [
    `Quantized: ${list(compression.quantizedWeights)}.`,
    `Left in float32: ${list(compression.floatWeights)}.`,
    `Weights of 8 bits lie in \`${quantizedFile}\` as they are, \`NAME.scale\` beside them: w = scale · q. Those of 4 bits lie two to a byte as q + 8, the first in the low half, with a scale for each group of a row; \`quantization\` in config.json has their shapes.`,
  ];
}

/** Reading it elsewhere takes a few lines; they are tried by a test. */
const sparseLayout = `In \`${sparseFile}\` a weight NAME of many zeros is two tensors: \`NAME.bitmap\`, a bit for each element in order, the lowest of a byte first, set where the element is not zero, and \`NAME.values\`, what is not zero; \`sparsity\` in config.json has the shapes. Distillery reads it as it is. For other programs this writes \`model.safetensors\`, with numpy and safetensors, in this folder:

\`\`\`python
import json
import numpy
from safetensors.numpy import load_file, save_file

tensors = load_file("${sparseFile}")
for weight in json.load(open("config.json"))["sparsity"]["weights"]:
    name, shape = weight["name"], weight["shape"]
    bits = numpy.unpackbits(tensors.pop(name + ".bitmap"), bitorder="little", count=int(numpy.prod(shape)))
    tensors[name] = numpy.zeros(shape, "float32")
    tensors[name].flat[bits.astype(bool)] = tensors.pop(name + ".values")
save_file(tensors, "model.safetensors", {"format": "pt"})
\`\`\``;
