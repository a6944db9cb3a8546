import { heed } from '../../base/interruption.ts';
import { UserError } from '../../base/user-error.ts';
import { quantizeModel, saveQuantized } from '../../compression/quantize.ts';
import { requireUnquantized } from '../../compression/source.ts';
import type { Dataset } from '../../data/dataset.ts';
import { OnnxDevice } from '../../device/onnx/onnx-device.ts';
import type { QuantizeConfig } from '../../experiment/strategies/quantize/record.ts';
import type { Teacher } from '../../training/teacher/teacher.ts';
import type { Compressed } from './compressed.ts';
import type { Job } from './job.ts';

/** @throws UserError if the device runs no quantized models, or nothing can be quantized; Interruption */
export async function quantizeOriginal(
  job: Job,
  config: QuantizeConfig,
  { model, storage }: Teacher,
  dataset: Dataset,
): Promise<Compressed> {
  const { device, control } = job;
  requireUnquantized(storage);
  if (!(device instanceof OnnxDevice))
    throw new UserError(`Quantized models run by ONNX Runtime, and ${device.name} does not use it.`, {
      remedy: 'Set "device" to "cpu".',
    });
  const quantization = await quantizeModel({
    device,
    model,
    config,
    train: dataset.subset,
    onProgress: job.progress('compress', 'batches'),
    heed: () => heed(control.requested),
  });
  return {
    subject: { name: 'student', model, device: quantization.device, ensemble: false },
    steps: 0,
    epochs: 0,
    outcome: {
      bestEpoch: 0,
      trainingSeconds: 0,
      compression: {
        quantizedWeights: quantization.weights.map(({ name }) => name),
        floatWeights: [...quantization.floatWeights],
      },
    },
    async save(directory) {
      const { bytes, onnxBytes } = await saveQuantized(quantization, dataset, directory);
      return { bytes, compression: { onnxBytes } };
    },
  };
}
