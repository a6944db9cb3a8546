import { isGraphConfig } from '../../experiment/architectures/onnx-graph.ts';
import type { ModelConfig } from '../../experiment/schema/schema.ts';
import { taskRecord } from '../../experiment/tasks/all.ts';
import { inspectCheckpoint } from '../../models/checkpoint/checkpoint.ts';
import { planModel } from '../../models/create-model.ts';
import { openedGraph } from '../../models/onnx/opened.ts';
import type { ModelReport } from './model-report-schema.ts';

/** More names than anybody reads. */
const mostNames = 1000;

/**
 * Looks at a checkpoint, or an ONNX graph, without training anything.
 * @throws UserError as {@link inspectCheckpoint}
 */
export async function reportOfModel(path: string): Promise<ModelReport> {
  const { config, task, classNames, bytes } = await inspectCheckpoint(path, { freshHead: true });
  const { hiddenShapes, parameterCount } = planModel(config, task);
  const { image, text } = task;
  return {
    architecture: config.architecture,
    task: taskRecord(task).title,
    classes: task.classes,
    ...(classNames && { classNames: classNames.slice(0, mostNames) }),
    parameters: parameterCount,
    bytes,
    ...(image && { image: [...image] }),
    ...(text && { vocabulary: text.vocabulary, length: text.length }),
    ...endsOf(config),
    layers: hiddenShapes.map((shape, layer) => ({
      shape: shape.join(' × '),
      ...(isGraphConfig(config) && { name: config.states[layer]!.name }),
    })),
  };
}

function endsOf(config: ModelConfig): Pick<ModelReport, 'inputs' | 'outputs'> {
  if (!isGraphConfig(config)) return { inputs: [], outputs: [] };
  const { graph } = openedGraph(config);
  const named = ({ name, shape }: (typeof graph.inputs)[number]) => ({
    name,
    shape: shape ? shape.join(' × ') : 'any',
  });
  return { inputs: graph.inputs.map(named), outputs: graph.outputs.map(named) };
}
