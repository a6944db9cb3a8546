import { writeFile } from 'node:fs/promises';
import type { QuantizedWeight } from '../../compression/stored-quantization.ts';
import type { OnnxDevice } from '../../device/onnx/onnx-device.ts';
import type { Model } from '../../models/model.ts';
import type { Precision } from '../forms.ts';
import { type Closing, closeCutTexts } from './closing.ts';
import { forwardOf, modelGraph, proceedingOf } from './model-graph.ts';
import { quantizedIn, storageOf } from './precision.ts';
import { toStandardForm } from './standard-form.ts';

/** A file of ONNX, and what of the weights is stored in it as whole numbers. */
export interface WrittenGraph {
  readonly bytes: number;
  readonly quantized: readonly QuantizedWeight[];
}

/**
 * Writes a model as an ONNX file by whose inputs and outputs transformers.js and Optimum know it; one that continues texts
 * takes and gives what attention keeps of each token.
 * @param closing what texts that are cut lose in transformers.js, for the graph to put it back
 * @throws UserError if its graph depends on the lengths of its inputs in a way that cannot be written down
 */
export async function writeOnnx(
  device: OnnxDevice,
  model: Model,
  precision: Precision,
  file: string,
  closing?: Closing,
): Promise<WrittenGraph> {
  const storage = storageOf(precision);
  const step = model.proceed ? proceedingOf(model) : forwardOf(model);
  const graph = await modelGraph(device, model, step, storage?.stored);
  const quantized = quantizedIn(precision, model, graph);
  storage?.rewrite(graph);
  const standard = toStandardForm(graph);
  if (closing) closeCutTexts(standard, closing);
  const bytes = standard.encode();
  await writeFile(file, bytes);
  return { bytes: bytes.byteLength, quantized };
}
