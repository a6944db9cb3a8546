import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { heed, type StopRequested } from '../base/interruption.ts';
import type { OnnxDevice } from '../device/onnx/onnx-device.ts';
import { isGraphConfig } from '../experiment/architectures/onnx-graph.ts';
import { taskRecord } from '../experiment/tasks/all.ts';
import { loadModel, saveModel } from '../models/checkpoint/checkpoint.ts';
import { readModelConfig } from '../models/checkpoint/read-model-config.ts';
import type { Model } from '../models/model.ts';
import type { ExportedFile } from './apart/protocol.ts';
import type { ExportSamples } from './export-samples.ts';
import { type Format, graphFiles, type Precision } from './forms.ts';
import { ggufFiles } from './gguf/gguf-files.ts';
import { planGguf } from './gguf/plan.ts';
import { exportGraphStudent } from './graph-student.ts';
import { copyInputFiles, replaceExport, writeReport } from './layout.ts';
import { checkGraph } from './onnx/check-graph.ts';
import { closingOf } from './onnx/closing.ts';
import { writeOnnx } from './onnx/export-onnx.ts';
import { withPairs } from './pairs.ts';
import { transformersJsRemark } from './transformers-js.ts';

export interface ExportPlan {
  readonly formats: readonly Format[];
  /** Of the ONNX and GGUF files. */
  readonly precisions: readonly Precision[];
}

export interface ExportOptions {
  readonly device: OnnxDevice;
  /** Folder of a model that Distillery saved. */
  readonly from: string;
  /** A folder that is not there, is empty, or holds an earlier export. */
  readonly to: string;
  readonly plan: ExportPlan;
  /** Samples to hold the files against the model on. */
  readonly samples: (model: Model) => Promise<ExportSamples>;
  /** Called before each file. */
  readonly onFile?: (file: string) => void;
  readonly stopRequested?: StopRequested;
}

/**
 * Writes a trained model in forms that run elsewhere. What is stored quantized, sparse or pruned becomes float weights
 * first, so that every reader opens it. The folder appears whole or not at all.
 * @returns what was written; the same stands in export.json
 * @throws UserError if the model cannot be read, a file answers otherwise than the model, a format has no place for
 * such a model, or the folder is not free
 * @throws Interruption if asked to end early
 */
export async function exportModel(options: ExportOptions): Promise<ExportedFile[]> {
  const { device, from, to, plan, onFile, stopRequested } = options;
  const described = await readModelConfig(from);
  const { classNames, config } = described;
  if (isGraphConfig(config)) return exportGraphStudent(options, described);
  const model = await withPairs(await loadModel(from), from);
  const written: ExportedFile[] = [];
  try {
    const graphs = graphFiles(plan);
    const gguf = plan.formats.includes('gguf') ? await planGguf(model, from) : undefined;
    const samples = graphs.length > 0 || gguf ? await options.samples(model) : { batches: [] };
    const { batches, madeUp } = samples;
    const { task } = model;
    const closing = task.text && !taskRecord(task).continuesTexts ? await closingOf(from) : undefined;
    const inTransformersJs = plan.formats.includes('transformers-js')
      ? await transformersJsRemark(model, from, samples.pairs)
      : undefined;
    await replaceExport(to, async (temporary) => {
      const folder = join(temporary, 'model');
      await saveModel(model, folder, { classNames });
      const weights = plan.formats.includes('safetensors');
      for (const name of await readdir(folder)) {
        const kept = weights || name === 'config.json';
        if (kept) await rename(join(folder, name), join(temporary, name));
        if (weights && name.endsWith('.safetensors'))
          written.push({ file: name, bytes: (await stat(join(temporary, name))).size, precision: 'fp32' });
      }
      await rm(folder, { recursive: true });
      await copyInputFiles(from, temporary);
      for (const { file, precision, format } of graphs) {
        if (stopRequested) heed(stopRequested);
        onFile?.(file);
        const place = join(temporary, file);
        await mkdir(join(place, '..'), { recursive: true });
        const forTransformersJs = format === 'transformers-js';
        const graph = await writeOnnx(
          device,
          model,
          precision,
          place,
          forTransformersJs ? closing : undefined,
        );
        const check = await checkGraph({
          device,
          model,
          precision,
          file: place,
          written: graph,
          batches,
          stopRequested,
        });
        const remark = forTransformersJs ? inTransformersJs : undefined;
        written.push({
          file,
          bytes: graph.bytes,
          precision,
          ...(remark !== undefined && { remark }),
          check: { by: 'onnxruntime', ...check, ...(madeUp !== undefined && { madeUp }) },
        });
      }
      if (gguf) written.push(...(await ggufFiles(gguf, model, temporary, { ...options, samples })));
      await writeReport(temporary, written);
    });
  } finally {
    model.dispose();
  }
  return written;
}
