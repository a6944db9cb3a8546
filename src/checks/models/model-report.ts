import { UserError } from '../../base/user-error.ts';
import {
  type GraphNames,
  type InputRole,
  inputRoles,
  isGraphConfig,
} from '../../experiment/architectures/onnx-graph.ts';
import type { ModelConfig } from '../../experiment/schema/schema.ts';
import { taskRecord } from '../../experiment/tasks/all.ts';
import { inspectCheckpoint } from '../../models/checkpoint/checkpoint.ts';
import { planModel } from '../../models/create-model.ts';
import { frozenNames } from '../../models/frozen.ts';
import { GraphNameProblem } from '../../models/onnx/names.ts';
import { openedGraph } from '../../models/onnx/opened.ts';
import { abilitiesOf } from './abilities.ts';
import { partsOfGraph, partsOfPlan } from './model-parts.ts';
import { type ModelReport, mostParts } from './model-report-schema.ts';
import { folderOf } from './stored-model.ts';

/** More names than anybody reads. */
const mostNames = 1000;
const mostEnds = 64;

export interface ReportOptions {
  /** What is said of an ONNX graph. */
  readonly graph?: GraphNames | undefined;
  /** Patterns of weights that are to stay as they are. */
  readonly freeze?: readonly string[] | undefined;
}

/**
 * Looks at a checkpoint, or an ONNX graph, without training anything.
 * @param named a path, or a model of the Hub that was downloaded before
 * @throws UserError as {@link inspectCheckpoint}, and if patterns fit nothing
 */
export async function reportOfModel(named: string, options: ReportOptions = {}): Promise<ModelReport> {
  const { graph, freeze = [] } = options;
  const path = await folderOf(named, '.');
  if (path === undefined)
    throw new UserError(`${named} is not in the cache of models of the Hub.`, {
      remedy: 'Run an experiment that names it: that downloads it.',
    });
  const { config, task, classNames, bytes } = await inspectCheckpoint(path, { freshHead: true, graph });
  const plan = planModel(config, task);
  const { hiddenShapes, parameterCount, parameters } = plan;
  const { image, text } = task;
  const kept = freeze.length > 0 ? frozenNames(freeze, { config, ...plan }) : undefined;
  const frozen = [...parameters]
    .filter(([name]) => kept?.has(name))
    .reduce((sum, [, shape]) => sum + shape.reduce((product, size) => product * size, 1), 0);
  return {
    architecture: config.architecture,
    task: taskRecord(task).title,
    classes: task.classes,
    ...(classNames && { classNames: classNames.slice(0, mostNames) }),
    parameters: parameterCount,
    ...(kept && { frozen }),
    bytes,
    ...(image && { image: [...image] }),
    ...(text && { vocabulary: text.vocabulary, length: text.length }),
    ...endsOf(config),
    layers: hiddenShapes.map((shape, layer) => ({
      shape: shape.join(' × '),
      ...(isGraphConfig(config) && { name: config.states[layer]!.name }),
    })),
    ...(await dropsOf(config, path, graph)),
    can: await abilitiesOf(config, task),
    parts: isGraphConfig(config)
      ? partsOfGraph(openedGraph(config), plan.layerCount)
      : partsOfPlan(config, plan),
  };
}

/** Where values of a graph would be dropped in training. */
async function dropsOf(
  config: ModelConfig,
  path: string,
  graph: GraphNames | undefined,
): Promise<Pick<ModelReport, 'drops'>> {
  if (!isGraphConfig(config) || config.asIs !== undefined) return {};
  try {
    const asked = await inspectCheckpoint(path, { graph, dropout: { rate: 0 } });
    return isGraphConfig(asked.config) ? { drops: asked.config.dropout!.at.slice(0, mostParts) } : {};
  } catch (error) {
    if (error instanceof GraphNameProblem) return {};
    throw error;
  }
}

function endsOf(config: ModelConfig): Pick<ModelReport, 'inputs' | 'outputs' | 'logits'> {
  if (!isGraphConfig(config)) return { inputs: [], outputs: [] };
  const { graph } = openedGraph(config);
  const named = ({ name, shape }: (typeof graph.inputs)[number]) => ({
    name,
    shape: shape ? shape.join(' × ') : 'any',
  });
  const roles = Object.keys(inputRoles) as InputRole[];
  return {
    inputs: graph.inputs.slice(0, mostEnds).map((input) => {
      const role = roles.find((role) => config.inputs[inputRoles[role]] === input.name);
      return { ...named(input), ...(role && { role }) };
    }),
    outputs: graph.outputs.slice(0, mostEnds).map(named),
    logits: config.answer,
  };
}
