import type { Dataset } from '../../data/dataset.ts';
import type { Model } from '../model.ts';
import { preprocessorFile } from './preprocessor.ts';
import { tokenizerFiles } from './tokenizer-files.ts';

/** The files that say how the inputs of a model were made in training, by name, to lie beside its weights. */
export const inputFiles = (
  model: Model,
  dataset: Pick<Dataset, 'tokenizer' | 'task' | 'pixelScale'>,
): ReadonlyMap<string, string> =>
  new Map([...tokenizerFiles(model, dataset), ...preprocessorFile(model, dataset)]);
