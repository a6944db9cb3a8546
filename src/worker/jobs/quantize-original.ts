import { heed } from '../../base/interruption.ts';
import { UserError } from '../../base/user-error.ts';
import { quantizeGraphModel } from '../../compression/graphs/quantize-graph.ts';
import { nibblesSince } from '../../compression/quantization-plan.ts';
import { type QuantizeOptions, quantizeModel, saveQuantized } from '../../compression/quantize.ts';
import { requireUnquantized } from '../../compression/source.ts';
import type { Dataset } from '../../data/dataset.ts';
import { OnnxDevice } from '../../device/onnx/onnx-device.ts';
import { isGraphConfig, type OnnxGraphConfig } from '../../experiment/architectures/onnx-graph.ts';
import type { QuantizeConfig } from '../../experiment/strategies/quantize/record.ts';
import type { Model } from '../../models/model.ts';
import type { Teacher } from '../../training/teacher/teacher.ts';
import type { Compressed } from './compressed.ts';
import { exportStudent } from './export-student.ts';
import type { Job } from './job.ts';

/** @throws UserError if the device runs no quantized models, or nothing can be quantized; Interruption */
export async function quantizeOriginal(
  job: Job,
  config: QuantizeConfig,
  { model, storage, bytes: before }: Teacher,
  dataset: Dataset,
): Promise<Compressed> {
  const { device, control } = job;
  requireUnquantized(storage);
  if (!(device instanceof OnnxDevice))
    throw new UserError(`Quantized models run by ONNX Runtime, and ${device.name} does not use it.`, {
      remedy: 'Set "device" to "cpu".',
    });
  const options = {
    device,
    config,
    train: dataset.subset,
    onProgress: job.progress('compress', 'batches'),
    heed: () => heed(control.requested),
  };
  if (isGraphModel(model)) return quantizeGraph(job, { ...options, model }, dataset, before);
  const quantization = await quantizeModel({ ...options, model });
  return {
    subject: { name: 'student', model, device: quantization.device, ensemble: false },
    ...untrained(quantization),
    async save(directory) {
      const { bytes, onnxBytes } = await saveQuantized(quantization, dataset, directory);
      return { bytes, compression: { onnxBytes } };
    },
  };
}

interface RoundedWeights {
  readonly weights: readonly { readonly name: string }[];
  readonly floatWeights: readonly string[];
}

/** What a run says of weights that were rounded without any training. */
const untrained = ({ weights, floatWeights }: RoundedWeights) => ({
  steps: 0,
  epochs: 0,
  outcome: {
    bestEpoch: 0,
    trainingSeconds: 0,
    compression: { quantizedWeights: weights.map(({ name }) => name), floatWeights: [...floatWeights] },
  },
});

type GraphModel = Model & { readonly config: OnnxGraphConfig };

const isGraphModel = (model: Model): model is GraphModel => isGraphConfig(model.config);

/** A graph stays one: it is measured, and saved, as the file it becomes. */
async function quantizeGraph(
  job: Job,
  options: QuantizeOptions & { readonly model: GraphModel },
  dataset: Dataset,
  before: number,
): Promise<Compressed> {
  const { model, original, weights, floatWeights, wider } = await quantizeGraphModel(options);
  job.keep(model);
  job.keep(original);
  if (wider.length > 0)
    job.warn(
      `${wider.length} convolution${wider.length === 1 ? '' : 's'} of the graph take${wider.length === 1 ? 's' : ''} 8 bits: it is written for a version of ONNX’s operators without numbers of 4 bits, which came with version ${nibblesSince}.`,
    );
  return {
    subject: { name: 'student', model, ensemble: false },
    original,
    ...untrained({ weights, floatWeights }),
    async save(directory) {
      const saved = await exportStudent(model, dataset, directory);
      if (saved.bytes >= before)
        job.warn(
          `The graph did not become smaller: its file has ${saved.bytes} bytes, and had ${before}. Its weights are too small for what scales and further nodes take.`,
        );
      return saved;
    },
  };
}
