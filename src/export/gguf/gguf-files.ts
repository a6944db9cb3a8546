import { join } from 'node:path';
import { heed, type StopRequested } from '../../base/interruption.ts';
import type { OnnxDevice } from '../../device/onnx/onnx-device.ts';
import { storedTensors } from '../../models/checkpoint/store-weights.ts';
import type { Model } from '../../models/model.ts';
import type { ExportedFile } from '../apart/protocol.ts';
import type { ExportSamples } from '../export-samples.ts';
import { type Precision, precisions } from '../forms.ts';
import { checkGguf } from './check-gguf.ts';
import { exportGguf } from './export-gguf.ts';
import type { GgufPlan } from './plan.ts';

export interface GgufFilesOptions {
  readonly device: OnnxDevice;
  readonly plan: { readonly precisions: readonly Precision[] };
  readonly samples: ExportSamples;
  readonly onFile?: (file: string) => void;
  readonly stopRequested?: StopRequested;
}

/**
 * Writes a model as a GGUF file of each precision, and reads each back.
 * @throws UserError as exportGguf() and checkGguf()
 * @throws Interruption if asked to end early
 */
export async function ggufFiles(
  gguf: GgufPlan,
  model: Model,
  folder: string,
  { device, plan, samples: { batches, madeUp }, onFile, stopRequested }: GgufFilesOptions,
): Promise<ExportedFile[]> {
  const weights = await storedTensors(model);
  const written: ExportedFile[] = [];
  for (const precision of plan.precisions) {
    if (stopRequested) heed(stopRequested);
    const name = precisions[precision].gguf;
    onFile?.(name);
    const file = join(folder, name);
    const bytes = await exportGguf(gguf, weights, precision, file);
    const check = await checkGguf({ device, model, plan: gguf, weights, file, batches, stopRequested });
    written.push({
      file: name,
      bytes,
      precision,
      ...(gguf.remark !== undefined && { remark: gguf.remark }),
      check: { by: 'distillery', ...check, latencyMs: null, ...(madeUp !== undefined && { madeUp }) },
    });
  }
  return written;
}
