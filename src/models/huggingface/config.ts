import { UserError } from '../../base/user-error.ts';
import type { TaskShape } from '../../data/dataset.ts';
import type { ModelConfig } from '../../experiment/schema/schema.ts';
import { taskRecord } from '../../experiment/tasks/all.ts';
import { allConstructions, constructionOf } from '../architectures/all.ts';
import type { HuggingFaceLayout } from '../architectures/construction.ts';
import { classNamesOf, type ModelDescription, type RawConfig, unsupported } from './description.ts';

/** By the values of `model_type`. */
const layouts = new Map(
  allConstructions.flatMap(({ huggingFace }) =>
    huggingFace ? huggingFace.modelTypes.map((type) => [type, huggingFace] as const) : [],
  ),
);

/**
 * Reads the config.json of a checkpoint in the Hugging Face layout.
 * @throws UserError if it is of another model, broken, or has details that are not built here.
 */
export function readHuggingFaceConfig(raw: RawConfig, file: string): ModelDescription {
  const { model_type: type } = raw;
  const layout = typeof type === 'string' ? layouts.get(type) : undefined;
  if (typeof type !== 'string' || !layout)
    throw new UserError(
      `${file} describes a model of type ${JSON.stringify(type)}, which is not known here.`,
      {
        remedy: `Choose a checkpoint of one of the types ${[...layouts.keys()].join(', ')} (SmolLM is llama), or one that Distillery saved.`,
        place: file,
      },
    );
  if (raw.quantization_config) throw unsupported(file, 'a quantized checkpoint (quantization_config)');
  return layout.read(type, raw, file);
}

/**
 * How transformers stores such a model, or undefined where it knows none: those of an architecture without a layout,
 * encoders whose classifier has no hidden layer, and models with pruned heads.
 */
export function huggingFaceLayout(config: ModelConfig): HuggingFaceLayout | undefined {
  const layout = constructionOf(config).huggingFace;
  return layout?.fits?.(config) === false ? undefined : layout;
}

/**
 * The config.json by which transformers opens a model, or undefined where it knows no such model.
 * @param origin a configuration of the same kind of model, whose further keys are kept
 * @param classNames left out: those of `origin`, if it has as many
 * @param endId token that ends a document, where texts are generated
 */
export function writeHuggingFaceConfig(
  config: ModelConfig,
  task: TaskShape,
  {
    classNames,
    origin = {},
    endId,
  }: { classNames?: readonly string[]; origin?: RawConfig; endId?: number } = {},
): Record<string, unknown> | undefined {
  const known = 'id2label' in origin ? classNamesOf(origin, 'config.json') : undefined;
  const names = classNames ?? (known?.length === task.classes ? known : undefined);
  const layout = huggingFaceLayout(config);
  if (!layout) return undefined;
  const written = layout.write(config, task, names);
  const kept = origin.model_type === written.model_type ? origin : {};
  return {
    // The defaults of transformers are those of the first large model, often beyond a small vocabulary.
    ...(task.text && { bos_token_id: null, eos_token_id: null }),
    ...Object.fromEntries(Object.entries(kept).filter(([key]) => !ofTheFile.has(key))),
    ...written,
    // Many language models have no token for padding; the id used in its place is not one.
    ...('pad_token_id' in kept && kept.pad_token_id === null && { pad_token_id: null }),
    ...(endId !== undefined && taskRecord(task).continuesTexts && { eos_token_id: endId }),
    dtype: 'float32',
    torch_dtype: 'float32',
  };
}

/** Keys that tell how a checkpoint was made, not what the model is. */
const ofTheFile = new Set(['transformers_version', '_name_or_path']);
