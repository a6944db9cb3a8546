import type { Dataset } from '../data/dataset.ts';
import { type SaveOptions, saveModel } from '../models/checkpoint.ts';
import type { Model } from '../models/model.ts';

/**
 * Writes the finished student: config.json, model.safetensors and the files of its tokenizer, without whatever its
 * strategy had added for training.
 * @returns bytes of the weights on disk
 * @throws UserError if the disk is full; no student is there then
 */
export async function exportStudent(
  student: Model,
  { classNames, tokenizer }: Dataset,
  directory: string,
  stored?: SaveOptions['stored'],
): Promise<{ bytes: number }> {
  const files = new Map(Object.entries(tokenizer?.files() ?? {}));
  return saveModel(student, directory, {
    files,
    endId: tokenizer?.endId,
    stored,
    ...(classNames.length > 0 && { classNames }),
  });
}
