import { join } from 'node:path';
import { fileProblem } from '../../base/file-problem.ts';
import { readNamed } from '../../base/regular-file.ts';
import { UserError } from '../../base/user-error.ts';
import type { TaskShape } from '../../data/dataset.ts';
import type { PixelScale } from '../../data/images/pixel-scale.ts';
import type { GraphNames } from '../../experiment/architectures/onnx-graph.ts';
import { readHuggingFaceConfig } from '../huggingface/config.ts';
import type { ModelDescription, RawConfig } from '../huggingface/description.ts';
import { describeGraph } from '../onnx/describe.ts';
import type { AskedDropout } from '../onnx/dropping/places.ts';
import { type GraphPlace, graphAt } from '../onnx/files.ts';
import { GraphNameProblem } from '../onnx/names.ts';
import { readWeightStorage, type WeightStorage, withoutWeightStorage } from '../stored/weight-storage.ts';
import { isOwnConfig, readOwnConfig } from './own-config.ts';
import { readPixelScale } from './preprocessor.ts';

/** A checkpoint as its files describe it, before any weight is read. */
export interface CheckpointDescription extends ModelDescription {
  /** config.json as it stands, if it is in the Hugging Face layout, but for how the weights are stored. */
  readonly origin?: RawConfig;
  /** How the weights are stored, if not as floats. */
  readonly storage?: WeightStorage;
  /** How a model of images saw their pixels in training, where that is known. */
  readonly pixelScale?: PixelScale;
  /** Where its network lies, if it is a graph of its own. */
  readonly place?: GraphPlace;
}

export interface ReadingOptions {
  /** What the data asks for, where that is known: a graph may leave the size of images open. */
  readonly task?: TaskShape | undefined;
  /** What is said of an ONNX graph beside what lies with it. */
  readonly graph?: GraphNames | undefined;
  /** Values of an ONNX graph that are read beside its layers, by name or pattern. */
  readonly values?: readonly string[] | undefined;
  /** What an ONNX graph drops in training. */
  readonly dropout?: AskedDropout | undefined;
}

/** Far more than any has; a file of this length with thousands of class names is read in a moment. */
const longestConfig = 16e6;

/**
 * What a checkpoint's config.json says of its model; of an ONNX graph, what the graph itself says.
 * @param directory a folder, or an ONNX file
 * @throws UserError if it is missing, broken, or of a model that is not known here.
 */
export async function readModelConfig(
  directory: string,
  options: ReadingOptions = {},
): Promise<CheckpointDescription> {
  const graph = await graphAt(directory);
  if (graph) return describeGraph(graph, options);
  if (options.graph)
    throw new GraphNameProblem([], `${directory} holds no ONNX graph whose parts could be named.`, {
      remedy: 'Remove "graph", or name an ONNX model.',
      place: directory,
    });
  if (options.dropout)
    throw new GraphNameProblem(
      ['dropout'],
      `${directory} holds no ONNX graph: what its model drops is said in its config.json.`,
      { remedy: 'Remove "dropout", or change what the config.json says.', place: directory },
    );
  const file = join(directory, 'config.json');
  let raw: unknown;
  try {
    raw = JSON.parse((await readNamed(file, longestConfig)).toString('utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw fileProblem(error, file);
    throw new UserError(`${file} is not valid JSON: ${error.message}.`, {
      remedy: 'Restore the file that was saved with the weights.',
      place: file,
    });
  }
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    throw new UserError(`${file} is not a JSON object.`, {
      remedy: 'Restore the file that was saved with the weights.',
      place: file,
    });
  const storage = readWeightStorage(raw as RawConfig, file);
  const origin = withoutWeightStorage(raw as RawConfig);
  const model: CheckpointDescription = isOwnConfig(origin)
    ? readOwnConfig(origin, file)
    : { ...readHuggingFaceConfig(origin, file), origin };
  const pixelScale = model.task.image && (await readPixelScale(directory));
  return { ...model, ...(storage && { storage }), ...(pixelScale && { pixelScale }) };
}
