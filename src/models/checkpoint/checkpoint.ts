import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TaskShape } from '../../data/dataset.ts';
import type { RandomGenerator } from '../../device/random-generator.ts';
import { type GraphNames, isGraphConfig } from '../../experiment/architectures/onnx-graph.ts';
import { createModel, planModel } from '../create-model.ts';
import { writeHuggingFaceConfig } from '../huggingface/config.ts';
import { withClassNames } from '../huggingface/description.ts';
import type { Model } from '../model.ts';
import { isGraph } from '../onnx/describe.ts';
import { graphAt } from '../onnx/files.ts';
import { graphBytes, loadGraph, requireClasses } from '../onnx/load.ts';
import { writeGraphModel } from '../onnx/save.ts';
import { elementCount } from '../stored/encoded-weight.ts';
import { freshWeights } from '../weights.ts';
import { CheckpointWeights } from './checkpoint-weights.ts';
import { classOrder } from './class-order.ts';
import { fitWeights, taskFor, withOwnPredictor } from './fit-weights.ts';
import { isHeadWeight, outputLayer, reordered } from './head-weights.ts';
import { fromStored } from './kernel-layout.ts';
import { requireHead } from './other-head.ts';
import { writeOwnConfig } from './own-config.ts';
import { type CheckpointDescription, type ReadingOptions, readModelConfig } from './read-model-config.ts';
import { replaceDirectory } from './replace-directory.ts';
import { type TensorToStore, writeSafetensors } from './safetensors.ts';
import { storedTensors, weightsMetadata, withBatchCounts, writeWeights } from './store-weights.ts';

export interface SaveOptions {
  /** Markdown of the model card. */
  readonly card?: string;
  readonly classNames?: readonly string[];
  /** Token that ends a document, for models that continue texts. */
  readonly endId?: number;
  /** Further files by name, such as those of the tokenizer. */
  readonly files?: ReadonlyMap<string, string | Uint8Array>;
  /** Writes what else belongs beside the weights, into the folder while it is not yet seen. */
  readonly beside?: (directory: string) => Promise<void>;
  /** A configuration in the Hugging Face layout whose further keys (token ids, …) are kept; left out: model.origin. */
  readonly origin?: Readonly<Record<string, unknown>>;
  /** Weights are spread over files of at most this size; default 5 GB, as in transformers. */
  readonly maxShardBytes?: number;
  /** Stores the weights in another way than as 32-bit floats, unless it returns nothing. */
  readonly stored?: (tensors: ReadonlyMap<string, TensorToStore>) => StoredWeights | undefined;
}

/** Weights as one file is to hold them. */
export interface StoredWeights {
  readonly file: string;
  readonly tensors: ReadonlyMap<string, TensorToStore>;
  /** Further keys of config.json, which say how to read them. */
  readonly description?: Readonly<Record<string, unknown>>;
}

/**
 * Writes a model to a directory: config.json, model.safetensors (or its shards and their index) and what else is given.
 * What transformers knows comes out in the Hugging Face layout. The directory appears whole or not at all; one that
 * is there is replaced.
 * @returns size of the weights on disk
 * @throws UserError if the place cannot be written or the disk is full.
 */
export async function saveModel(
  model: Model,
  directory: string,
  {
    card,
    classNames,
    endId,
    files = new Map(),
    origin = model.origin,
    maxShardBytes = 5e9,
    stored,
    beside,
  }: SaveOptions = {},
): Promise<{ bytes: number }> {
  const { config, task } = model;
  if (isGraphConfig(config)) {
    let bytes = 0;
    await replaceDirectory(directory, async (temporary) => {
      bytes = await writeGraphModel(model, config, temporary, classNames);
      await writeBeside(temporary, { files, card, beside });
    });
    return { bytes };
  }
  const huggingFace = writeHuggingFaceConfig(config, task, { classNames, origin, endId });
  const described = huggingFace ?? writeOwnConfig(config, task, classNames);
  const tensors = await storedTensors(model);
  const special = stored?.(tensors);
  const content = { ...described, ...special?.description };
  let bytes = 0;
  await replaceDirectory(directory, async (temporary) => {
    bytes = special
      ? await writeSafetensors(join(temporary, special.file), special.tensors, weightsMetadata)
      : await writeWeights(temporary, huggingFace ? withBatchCounts(tensors) : tensors, maxShardBytes);
    await writeFile(join(temporary, 'config.json'), `${JSON.stringify(content, undefined, 2)}\n`);
    await writeBeside(temporary, { files, card, beside });
  });
  return { bytes };
}

async function writeBeside(
  directory: string,
  { files = new Map(), card, beside }: Pick<SaveOptions, 'files' | 'card' | 'beside'>,
): Promise<void> {
  for (const [name, content] of files) await writeFile(join(directory, name), content);
  if (card !== undefined) await writeFile(join(directory, 'README.md'), card);
  await beside?.(directory);
}

/** A task that is left out is what the model did when it was saved. */
export interface LoadOptions extends ReadingOptions {
  /**
   * Draws a head where the checkpoint has none, or one for other classes; without it such a checkpoint is refused.
   */
  readonly generator?: RandomGenerator;
  /**
   * Names of the classes the model is to tell apart, in the order of its answers: where the checkpoint has the same ones
   * in another order, its answers are brought into this one.
   */
  readonly classNames?: readonly string[];
  /** It only answers, and is not trained. */
  readonly frozen?: boolean;
}

/**
 * Opens a model that Distillery saved, or a checkpoint in the Hugging Face layout of an architecture that has one. Weights
 * that are stored as whole numbers, or without their zeros, become floats again.
 * @throws UserError if a file is missing or broken, the weights do not fit the configuration, or the model not the task.
 */
export async function loadModel(directory: string, options: LoadOptions = {}): Promise<Model> {
  const described = await readModelConfig(directory, options);
  const task = taskFor(described.task, options.task, `The model in ${directory}`, directory);
  // With a generator a head for another task is drawn anew.
  if (options.task && !options.generator) requireHead(described, options.task, directory);
  if (isGraph(described)) return loadGraph(described, task, options);
  const weights = await CheckpointWeights.open(directory, described.storage);
  try {
    const found = await withOwnPredictor(described, weights);
    const fit = fitWeights(found, task, weights, directory, options.generator !== undefined);
    const rows = rowsInOrder(found.classNames, options.classNames, task);
    const output = rows && outputLayer(found.config);
    const values = new Map<string, Float32Array>();
    for (const { name, stored, shape } of fit) {
      // Of a vocabulary that the checkpoint padded, the rows that stand for tokens.
      const own = ((await weights.read(stored)).data as Float32Array).subarray(0, elementCount(shape));
      const data = fromStored(own, shape);
      const classes = name === `${output}.weight` || name === `${output}.bias`;
      values.set(name, rows && classes ? reordered(data, rows) : data);
    }
    const fresh = options.generator && freshWeights(options.generator);
    const model = createModel(
      found.config,
      task,
      (name, shape, initializer) => values.get(name) ?? fresh!(name, shape, initializer),
    );
    if (!found.origin) return model;
    const named =
      rows && options.classNames ? withClassNames(found.origin, options.classNames) : found.origin;
    return { ...model, origin: named };
  } finally {
    await weights.close();
  }
}

function rowsInOrder(
  own: readonly string[] | undefined,
  wanted: readonly string[] | undefined,
  { classes }: TaskShape,
): readonly number[] | undefined {
  if (wanted?.length !== classes) return undefined;
  const order = classOrder(own, wanted);
  return order.kind === 'names' ? order.rows : undefined;
}

export interface InspectedCheckpoint extends CheckpointDescription {
  /** Size of the weights on disk. */
  readonly bytes: number;
  /** Whether it has all weights of a head, for as many classes as its task has. */
  readonly hasHead: boolean;
}

/**
 * Looks at a checkpoint without reading its weights: everything that {@link loadModel} would refuse is refused.
 * @returns what it is, for the task given.
 */
export async function inspectCheckpoint(
  directory: string,
  { freshHead = false, ...options }: ReadingOptions & { readonly freshHead?: boolean } = {},
): Promise<InspectedCheckpoint> {
  const { task: wanted } = options;
  const found = await readModelConfig(directory, options);
  const task = taskFor(found.task, wanted, `The model in ${directory}`, directory);
  if (isGraph(found)) {
    requireClasses(found, task);
    return { ...found, task, bytes: await graphBytes(found), hasHead: true };
  }
  const weights = await CheckpointWeights.open(directory, found.storage);
  try {
    const stored = new Set(fitWeights(found, task, weights, directory, freshHead).map(({ name }) => name));
    const hasHead = [...planModel(found.config, task).parameters.keys()].every(
      (name) => stored.has(name) || !isHeadWeight(found.config, name),
    );
    return { ...found, task, bytes: weights.bytes, hasHead };
  } finally {
    await weights.close();
  }
}

/** Size of a saved model's weights on disk. */
export async function checkpointBytes(directory: string, graph?: GraphNames): Promise<number> {
  const found = (await graphAt(directory)) && (await readModelConfig(directory, { graph }));
  if (found && isGraph(found)) return graphBytes(found);
  const weights = await CheckpointWeights.open(directory);
  await weights.close();
  return weights.bytes;
}
