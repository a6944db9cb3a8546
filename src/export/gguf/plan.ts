import { UserError } from '../../base/user-error.ts';
import { architecturesFor } from '../../experiment/architectures/all.ts';
import { constructionOf } from '../../models/architectures/all.ts';
import type { GgufPlace } from '../../models/gguf/form.ts';
import { type GgufMetadata, string, uint32 } from '../../models/gguf/values.ts';
import type { Model } from '../../models/model.ts';
import { ggufVocabulary } from './vocabulary.ts';

/** What of a model's GGUF files is the same in every precision. */
export interface GgufPlan {
  readonly metadata: GgufMetadata;
  place(name: string): GgufPlace;
  /** Tensors that are no weights. */
  readonly further: Readonly<Record<string, Float32Array>>;
  /** Of what texts llama.cpp makes other tokens than the model was trained on. */
  readonly remark: string | undefined;
}

/** Of the layout of blocks, since ggml's second. */
const quantizationVersion = 2;

/**
 * Looks whether llama.cpp can run a model, and how.
 * @param folder of the model, where its tokenizer lies
 * @throws UserError if it would compute something else, or make other tokens of a text
 */
export async function planGguf({ config, task }: Model, folder: string): Promise<GgufPlan> {
  const { gguf } = constructionOf(config);
  const { text } = task;
  if (!gguf || !text)
    throw new UserError(`There is no GGUF of a model of architecture "${config.architecture}".`, {
      remedy: `llama.cpp runs students of architecture ${architecturesFor('language-model')}; leave out the format gguf for this one.`,
      place: folder,
    });
  const beyond = gguf.beyond(config, task);
  if (beyond !== undefined)
    throw new UserError(`llama.cpp does not compute ${beyond}, so there is no GGUF of this model.`, {
      remedy: 'Leave out the format gguf, or train a student without it.',
      place: folder,
    });
  const vocabulary = await ggufVocabulary(folder, text);
  const architecture = gguf.architecture(config);
  const keys = Object.entries(gguf.keys(config, task));
  return {
    metadata: new Map([
      ['general.architecture', string(architecture)],
      ['general.type', string('model')],
      ['general.name', string('Distillery student')],
      ['general.quantization_version', uint32(quantizationVersion)],
      ...keys.map(([key, value]) => [`${architecture}.${key}`, value] as const),
      ...Object.entries(vocabulary.metadata),
    ]),
    place: (name) => gguf.place(name, config),
    further: gguf.further?.(config) ?? {},
    remark: vocabulary.remark,
  };
}
