import { graphRefusal } from '../compression/graph-limits.ts';
import { planGraph } from '../compression/graphs/plan-graph.ts';
import { compressionSource, requireUnquantized } from '../compression/source.ts';
import { requireUnits } from '../compression/structured/graph/plan.ts';
import type { TaskShape } from '../data/dataset.ts';
import { isGraphConfig } from '../experiment/architectures/onnx-graph.ts';
import type { Finding } from '../experiment/parsing/problem.ts';
import { valueAt } from '../experiment/schema/schema-walk.ts';
import { compresses } from '../experiment/strategies/compression.ts';
import { constructionOf } from '../models/architectures/all.ts';
import { taskFor } from '../models/checkpoint/fit-weights.ts';
import { requireHead } from '../models/checkpoint/other-head.ts';
import type { CheckpointDescription } from '../models/checkpoint/read-model-config.ts';
import { type Check, type CheckContext, findingOf, teacherModel } from './context.ts';
import { otherClasses } from './models/class-names.ts';
import { pixelFindings } from './models/pixels.ts';
import { readStoredModel } from './models/stored-model.ts';
import { taskOf } from './task.ts';

const ofPath = ['strategy', 'of'];

/** Whether there is something to be made smaller, and it can be. */
export const checkCompression: Check = async (context) => {
  const { strategy, teacher } = context.experiment;
  if (!compresses(strategy)) return [];
  if (strategy.of === 'teacher') {
    if (teacher === undefined)
      return [
        {
          message: `Strategy "${strategy.kind}" is to make the teacher smaller, and the experiment has none.`,
          remedy: 'Add a "teacher", or name in "of" the run or folder of what is to be made smaller.',
          path: ['strategy', 'kind'],
          severity: 'error',
          code: 'teacher-missing',
        },
      ];
    return [
      ...twice(context, context.storedTeacher),
      ...limits(context, teacherModel(context)),
      ...(await nothingToTake(context, teacherModel(context), context.storedTeacher?.task)),
    ];
  }
  const { stored, findings } = await readSource(strategy.of, context);
  if (!stored) return findings;
  return [
    ...twice(context, stored),
    ...misfit(stored, strategy.of, context),
    ...(await otherClasses(stored, context, 'The model to be made smaller', ofPath)),
    ...pixelFindings(stored, context, 'The model to be made smaller', ofPath),
    ...limits(context, stored.config),
    ...(await nothingToTake(context, stored.config, stored.task)),
  ];
};

/** A quantized model that is to be quantized. */
function twice({ experiment }: CheckContext, stored: CheckpointDescription | undefined): Finding[] {
  if (experiment.strategy.kind !== 'quantize') return [];
  try {
    requireUnquantized(stored?.storage);
    return [];
  } catch (error) {
    return [
      findingOf(
        error,
        experiment.strategy.of === 'teacher' ? ['teacher', 'checkpoint'] : ofPath,
        'quantized',
      ),
    ];
  }
}

async function readSource(of: string, { directory, dataDirectory }: CheckContext) {
  try {
    const folder = await compressionSource(of, { experimentDirectory: directory, dataDirectory });
    return await readStoredModel(folder, { path: ofPath, directory, freshHead: false });
  } catch (error) {
    return { findings: [findingOf(error, ofPath, 'compression-source')] };
  }
}

/** A model that answers another question than the dataset asks. */
function misfit(stored: CheckpointDescription, of: string, context: CheckContext): Finding[] {
  const asked = taskOf(context)?.task;
  if (asked === undefined) return [];
  if (stored.task.image && asked.image && stored.task.classes !== asked.classes)
    return [
      {
        message: `The model to be made smaller tells ${stored.task.classes} classes apart, but the dataset has ${asked.classes}.`,
        remedy: 'Name a model that was trained on the same classes.',
        path: ofPath,
        severity: 'error',
        code: 'compression-classes',
      },
    ];
  try {
    // How many tokens the data has is not known before they are made.
    const text = asked.text && { ...asked.text, vocabulary: 1 };
    taskFor(stored.task, { ...asked, classes: stored.task.classes, text }, 'The model to be made smaller');
    requireHead(stored, asked, of);
    return [];
  } catch (error) {
    return [findingOf(error, ofPath, 'compression-task')];
  }
}

/** What a model cannot lose, and what it loses with it. */
function limits({ experiment }: CheckContext, config: ReturnType<typeof teacherModel>): Finding[] {
  const { strategy } = experiment;
  const refusal = compresses(strategy) && config && graphRefusal(config, strategy);
  if (refusal) return [findingOf(refusal, ['strategy'], 'graph')];
  if (strategy.kind !== 'prune' || strategy.method !== 'structured' || config === undefined) return [];
  // What can go from a graph shows when it runs.
  if (isGraphConfig(config)) return [];
  const { pruning, huggingFace } = constructionOf(config);
  try {
    const smaller = pruning.smaller(config, strategy.sparsity);
    if (huggingFace?.fits?.(config) !== true || huggingFace.fits(smaller)) return [];
  } catch (error) {
    return [findingOf(error, ['strategy', 'sparsity'], 'sparsity')];
  }
  return [
    {
      message: `transformers will not open the pruned model: the layout of a ${config.architecture} has no place for fewer heads of the same size.`,
      remedy:
        'Distillery opens it. For transformers, use method "magnitude" with storage "dense", or strategy "quantize" with scheme "float16".',
      path: ['strategy', 'method'],
      severity: 'warning',
      code: 'layout',
    },
  ];
}

/** A graph without a weight that would be stored in fewer bits, or without units that could go. */
async function nothingToTake(
  { experiment }: CheckContext,
  config: ReturnType<typeof teacherModel>,
  task: TaskShape | undefined,
): Promise<Finding[]> {
  const { strategy } = experiment;
  if (!compresses(strategy) || !config || !isGraphConfig(config)) return [];
  if (graphRefusal(config, strategy)) return [];
  try {
    if (strategy.kind === 'quantize') await planGraph(config, strategy);
    else if (strategy.method === 'structured' && task) await requireUnits(config, task, strategy.sparsity);
    return [];
  } catch (error) {
    return [findingOf(error, ['strategy'], strategy.kind === 'quantize' ? 'nothing-quantized' : 'units')];
  }
}

/** Sections that do nothing for a model that is made smaller. */
export function unusedByCompression({
  experiment,
  written,
}: CheckContext): { path: readonly string[]; why: string }[] {
  const { strategy } = experiment;
  if (!compresses(strategy)) return [];
  const unused: [readonly string[], string, boolean][] = [
    [['student'], `strategy "${strategy.kind}" makes smaller what "of" names`, true],
    [['training'], 'quantization trains nothing', strategy.kind === 'quantize'],
    [['teacher'], '"of" names another model', strategy.of !== 'teacher'],
  ];
  return unused
    .filter(([path, , is]) => is && valueAt(written, path) !== undefined)
    .map(([path, why]) => ({ path, why }));
}
