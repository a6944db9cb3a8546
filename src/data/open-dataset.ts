import type { DatasetConfig } from '../experiment/schema/schema.ts';
import type { Dataset } from './dataset.ts';
import { readerOf } from './datasets/all.ts';

/**
 * Opens the dataset of an experiment: images are held in memory as bytes, texts as token ids.
 * @param directory where relative paths start: the experiment file's directory.
 * @throws UserError naming the file and what is wrong with it.
 */
export async function openDataset(config: DatasetConfig, directory: string): Promise<Dataset> {
  return readerOf(config).open(config, directory);
}
