import type { Dataset } from '../../data/dataset.ts';
import { type SaveOptions, saveModel } from '../../models/checkpoint/checkpoint.ts';
import { inputFiles } from '../../models/checkpoint/input-files.ts';
import type { Model } from '../../models/model.ts';

/**
 * Writes the finished student: config.json, model.safetensors and what its inputs are made by, without whatever its strategy
 * had added for training.
 * @returns bytes of the weights on disk
 * @throws UserError if the disk is full; no student is there then
 */
export async function exportStudent(
  student: Model,
  dataset: Dataset,
  directory: string,
  more: Pick<SaveOptions, 'stored' | 'beside'> = {},
): Promise<{ bytes: number }> {
  const { classNames, tokenizer } = dataset;
  return saveModel(student, directory, {
    files: inputFiles(student, dataset),
    endId: tokenizer?.endId,
    ...more,
    ...(classNames.length > 0 && { classNames }),
  });
}
