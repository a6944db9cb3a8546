import { copyFile, mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { heed } from '../base/interruption.ts';
import { UserError } from '../base/user-error.ts';
import { forwardStep } from '../compression/forward-step.ts';
import type { OnnxGraphConfig } from '../experiment/architectures/onnx-graph.ts';
import { taskRecord } from '../experiment/tasks/all.ts';
import { loadModel, saveModel } from '../models/checkpoint/checkpoint.ts';
import type { CheckpointDescription } from '../models/checkpoint/read-model-config.ts';
import type { Model } from '../models/model.ts';
import { sampleOf } from '../models/onnx/as-is/graph-apart.ts';
import { openedGraph } from '../models/onnx/opened.ts';
import { GraphSession } from '../models/onnx/probe.ts';
import { readGraph } from '../models/onnx/reading/read-graph.ts';
import { Comparison, faultRemedy, type Inputs } from './answers.ts';
import type { ExportedFile } from './apart/protocol.ts';
import type { ExportOptions } from './export-model.ts';
import { type GraphFile, graphFiles } from './forms.ts';
import { copyInputFiles, replaceExport, writeReport } from './layout.ts';
import { firstSample, medianTime, tolerance } from './onnx/check-graph.ts';
import { closingOf } from './onnx/closing.ts';
import { withPairs } from './pairs.ts';
import { tokensElsewhere } from './tokens-elsewhere.ts';

type GraphModel = Model & { readonly config: OnnxGraphConfig };

/**
 * Writes a student that came as an ONNX graph, or an exit or peer of one, as its readers look for it: the same graph, with
 * the names it has. The file is held against the trained model, which computes with operations of its own.
 * @throws UserError as exportModel(), or if it is asked for in a form that a graph does not have
 * @throws Interruption if asked to end early
 */
export async function exportGraphStudent(
  options: ExportOptions,
  { config, classNames }: CheckpointDescription,
): Promise<ExportedFile[]> {
  const { from, to, plan, onFile, stopRequested } = options;
  const files = requireForms(options, config as OnnxGraphConfig);
  const model = (await withPairs(await loadModel(from), from)) as GraphModel;
  const written: ExportedFile[] = [];
  try {
    const { batches, madeUp } = await options.samples(model);
    const remark = plan.formats.includes('transformers-js') ? await remarkOn(model, from) : undefined;
    await replaceExport(to, async (temporary) => {
      const folder = join(temporary, 'model');
      await saveModel(model, folder, { classNames });
      await rename(join(folder, 'config.json'), join(temporary, 'config.json'));
      const graph = join(folder, openedGraph(model.config).place.file);
      for (const { file, precision, format } of files) {
        if (stopRequested) heed(stopRequested);
        onFile?.(file);
        const place = join(temporary, file);
        await mkdir(join(place, '..'), { recursive: true });
        await copyFile(graph, place);
        const check = await checkFile(options, model, place, batches);
        written.push({
          file,
          bytes: (await stat(place)).size,
          precision,
          ...(format === 'transformers-js' && remark !== undefined && { remark }),
          check: { by: 'onnxruntime', ...check, ...(madeUp !== undefined && { madeUp }) },
        });
      }
      await rm(folder, { recursive: true });
      await copyInputFiles(from, temporary);
      await writeReport(temporary, written);
    });
  } finally {
    model.dispose();
  }
  return written;
}

function requireForms({ from, plan }: ExportOptions, { asIs }: OnnxGraphConfig): GraphFile[] {
  const refused = (message: string, remedy: string) => new UserError(message, { remedy, place: from });
  if (asIs !== undefined)
    throw refused(
      `${from} holds an ONNX graph that runs as it is (${asIs}): there is nothing it could be held against.`,
      'Copy the folder: its file opens wherever the one opened that it came from.',
    );
  const files = graphFiles(plan);
  const other = plan.formats.find((format) => !files.some((file) => file.format === format));
  if (other !== undefined)
    throw refused(
      `${from} holds an ONNX graph, which has no form "${other}".`,
      'Export it as "onnx" or "transformers-js".',
    );
  const rounded = files.find(({ precision }) => precision !== 'fp32');
  if (rounded)
    throw refused(
      `${from} holds an ONNX graph, which is exported as it was trained, not in ${rounded.precision}.`,
      `Leave the precision at fp32, or quantize the graph by an experiment: "strategy": { "kind": "quantize", "of": ${JSON.stringify(from)} }, which measures what comes out.`,
    );
  return files;
}

/** @throws UserError if ONNX Runtime answers otherwise than the trained model */
async function checkFile(
  { device, stopRequested }: ExportOptions,
  model: GraphModel,
  file: string,
  batches: readonly Inputs[],
) {
  const { config } = model;
  const trained = device.compile(forwardStep(model));
  const session = await GraphSession.open(await readGraph(file), config, [], {});
  const answer = async (batch: Inputs) => {
    const { data } = (await session.run(sampleOf(batch), [config.answer])).get(config.answer)!;
    return Float32Array.from(data as ArrayLike<number>);
  };
  try {
    const comparison = new Comparison(model);
    for (const batch of batches) {
      if (stopRequested) heed(stopRequested);
      comparison.add(batch, await answer(batch), (await trained.run(batch)).logits as Float32Array);
    }
    const { scale, samples, largestDifference, agreement } = comparison;
    // NaN, on whichever side, is within nothing.
    if (!(largestDifference <= tolerance * Math.max(scale, 1)))
      throw new UserError(
        `The graph answers differently from the trained model: logits differ by up to ${largestDifference.toPrecision(3)} where their largest is ${scale.toPrecision(3)}.`,
        { remedy: faultRemedy },
      );
    const one = firstSample(batches[0]!);
    return { samples, largestDifference, agreement, latencyMs: await medianTime(() => answer(one)) };
  } finally {
    trained.dispose();
    await session.release();
  }
}

/** The names by which transformers.js feeds a model. */
const fed =
  /^(input_ids|attention_mask|token_type_ids|position_ids|pixel_values|use_cache_branch|past_key_values\..+)$/;

/** What is to be known of a graph in transformers.js. */
async function remarkOn({ config, task, origin }: GraphModel, folder: string): Promise<string | undefined> {
  const { inputs, answer, past = [] } = config;
  const { continuesTexts } = taskRecord(task);
  const { outputs } = openedGraph(config).graph;
  const others = [...Object.values(inputs), ...past.map(({ name }) => name)].filter(
    (name) => !fed.test(name),
  );
  if (answer !== 'logits' || !outputs.some(({ name }) => name === answer)) others.push(answer);
  const cut = task.text && !continuesTexts && (await closingOf(folder));
  const remarks = [
    others.length > 0 &&
      `transformers.js fills inputs by their usual names and reads "logits"; this graph has ${others.map((name) => JSON.stringify(name)).join(', ')}, and is for ONNX Runtime alone.`,
    continuesTexts &&
      'Whether transformers.js goes on with texts by this graph depends on how it was exported.',
    typeof origin?.model_type !== 'string' &&
      'The config.json names no "model_type", so transformers.js has no class for it: its AutoModel gives the logits.',
    cut &&
      'Of texts that are too long transformers.js cuts the last special tokens, too, which training kept.',
    task.text && (await tokensElsewhere(folder)),
  ];
  return remarks.filter((remark) => typeof remark === 'string').join(' ') || undefined;
}
