import { UserError } from '../base/user-error.ts';
import type { Dataset, Split } from '../data/dataset.ts';
import type { HostTensor } from '../device/device.ts';
import type { OnnxDevice } from '../device/onnx/onnx-device.ts';
import type { QuantizeConfig } from '../experiment/strategies/quantize/record.ts';
import { saveModel } from '../models/checkpoint/checkpoint.ts';
import { weightsFile } from '../models/checkpoint/checkpoint-weights.ts';
import { inputFiles } from '../models/checkpoint/input-files.ts';
import type { TensorToStore } from '../models/checkpoint/safetensors.ts';
import type { Model } from '../models/model.ts';
import { quantizedFile } from '../models/stored/quantized-weights.ts';
import { calibrate, modelProbe } from './calibrate.ts';
import { forwardStep } from './forward-step.ts';
import type { FrozenGraph } from './onnx/frozen-graph.ts';
import {
  computesInIntegers,
  type QuantizationPlan,
  quantizableNodes,
  rewritingOf,
  weightsOf,
} from './quantization-plan.ts';
import { freezeStep, QuantizedDevice } from './quantized-device.ts';
import { describeQuantization, type QuantizedWeight, quantizedTensors } from './stored-quantization.ts';

export interface QuantizeOptions {
  readonly device: OnnxDevice;
  readonly model: Model;
  readonly config: QuantizeConfig;
  /** Where samples for calibration are taken from. */
  readonly train: Split;
  readonly onProgress?: (done: number, total: number) => void;
  /** Called between batches; throws to end early. */
  readonly heed?: () => void;
}

/** A quantized model: how it runs, and what of it is quantized. */
export interface Quantization {
  readonly model: Model;
  readonly config: QuantizeConfig;
  readonly plan: QuantizationPlan;
  /** Steps compiled on it run the quantized model where they name the float one. */
  readonly device: QuantizedDevice;
  readonly weights: readonly QuantizedWeight[];
  /** Weights that stay float32: biases, normalisations, and what the experiment keeps. */
  readonly floatWeights: readonly string[];
  /** One sample, as the exported graph takes it. */
  readonly sample: Readonly<Record<string, HostTensor>>;
  readonly base: OnnxDevice;
}

const calibrationBatch = 32;

/**
 * Quantizes the weights of a model, which stays as it is.
 * @throws UserError if nothing of it can be quantized, or an activation is not finite
 */
export async function quantizeModel(options: QuantizeOptions): Promise<Quantization> {
  const { device, model, config, train } = options;
  const { scheme, groupSize } = config;
  const sample = train.batch(Int32Array.of(0), 1).input;
  const found = await findWeights(device, model, scheme, sample);
  const weights = withoutEnds(found, config);
  const quantized = new Set(weights.map(({ name }) => name));
  const plan: QuantizationPlan = {
    scheme,
    groupSize,
    floatWeights: new Set(found.map(({ name }) => name).filter((name) => !quantized.has(name))),
    ...(computesInIntegers(scheme) && {
      ranges: await calibrated(options, (inputs) => modelProbe(device, model, inputs)),
    }),
  };
  const names = [...model.parameters.keys(), ...model.buffers.keys()];
  return {
    model,
    config,
    plan,
    base: device,
    device: new QuantizedDevice(device, model, rewritingOf(plan)),
    weights,
    floatWeights: scheme === 'float16' ? [] : names.filter((name) => !quantized.has(name)),
    sample,
  };
}

/**
 * The weights that are quantized, of those that could be.
 * @throws UserError if there are none
 */
export function withoutEnds<Weight extends { readonly name: string }>(
  found: readonly Weight[],
  { keepEnds, scheme }: Pick<QuantizeConfig, 'keepEnds' | 'scheme'>,
): Weight[] {
  const ends = new Set(keepEnds ? [found.at(0)?.name, found.at(-1)?.name] : []);
  const weights = found.filter(({ name }) => !ends.has(name));
  if (scheme !== 'float16' && found.length > 0 && weights.length === 0)
    throw new UserError(
      'Nothing of this model would be quantized: its first and last layers are all it has.',
      {
        remedy: 'Set "keepEnds" to false.',
      },
    );
  return weights;
}

/** The ranges of activations on samples of the training data. */
export async function calibrated(
  { config, train, onProgress, heed }: Pick<QuantizeOptions, 'config' | 'train' | 'onProgress' | 'heed'>,
  open: Parameters<typeof calibrate>[0],
) {
  const samples = Math.min(config.calibrationSamples, train.size);
  const total = Math.ceil(samples / calibrationBatch);
  // Spread over the whole set, which may be sorted.
  const position = (index: number) => Math.floor((Math.min(index, samples - 1) * train.size) / samples);
  function* inputs() {
    for (let batch = 0; batch < total; batch++) {
      heed?.();
      const from = batch * calibrationBatch;
      const size = Math.min(calibrationBatch, samples - from);
      const positions = Int32Array.from({ length: size }, (_, at) => position(from + at));
      yield train.batch(positions, size).input;
    }
  }
  let done = 0;
  return calibrate(open, inputs(), config.percentile, () => onProgress?.(++done, total));
}

/** The weights a scheme can quantize, in the order in which the model uses them. */
async function findWeights(
  device: OnnxDevice,
  model: Model,
  scheme: QuantizeConfig['scheme'],
  sample: Quantization['sample'],
): Promise<QuantizedWeight[]> {
  let found: QuantizedWeight[] = [];
  const rewrite = (frozen: FrozenGraph) => {
    found = weightsOf(model, quantizableNodes(frozen, scheme), scheme);
    return frozen.graph;
  };
  await freezeStep(device, model, forwardStep(model), sample, { rewrite });
  return found;
}

/**
 * Writes a quantized model: its weights, config.json, and model.onnx, which runs it for one sample at a time. The
 * directory appears whole or not at all.
 * @returns bytes of the weights and of the ONNX file
 * @throws UserError if the place cannot be written or the disk is full
 */
export async function saveQuantized(
  { model, config, plan, base, weights, sample }: Quantization,
  dataset: Dataset,
  directory: string,
): Promise<{ bytes: number; onnxBytes: number }> {
  const { graph, inputs, outputs } = await freezeStep(
    base,
    model,
    forwardStep(model),
    sample,
    rewritingOf(plan),
  );
  graph.rename(new Map([...inputs, ...outputs].map(([name, graphName]) => [graphName, name])));
  const onnx = graph.encode();
  const { scheme, groupSize } = config;
  const { classNames, tokenizer } = dataset;
  const saved = await saveModel(model, directory, {
    files: new Map<string, string | Uint8Array>([['model.onnx', onnx], ...inputFiles(model, dataset)]),
    endId: tokenizer?.endId,
    ...(classNames.length > 0 && { classNames }),
    stored(tensors) {
      if (scheme === 'float16') return { file: weightsFile, tensors: halved(tensors) };
      return {
        file: quantizedFile,
        tensors: quantizedTensors(tensors, weights, groupSize),
        description: { quantization: describeQuantization({ scheme, groupSize }, weights, tensors) },
      };
    },
  });
  return { bytes: saved.bytes, onnxBytes: onnx.byteLength };
}

const halved = (tensors: ReadonlyMap<string, TensorToStore>): Map<string, TensorToStore> =>
  new Map([...tensors].map(([name, tensor]) => [name, { ...tensor, dtype: 'F16' }]));
