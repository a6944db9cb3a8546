import { type KnownTask, taskRecord } from '../tasks/all.ts';
import { cifar } from './cifar.ts';
import type { DatasetRecord } from './dataset-record.ts';
import { idx } from './idx.ts';
import { imageFolder } from './image-folder.ts';
import { languageModel } from './language-model.ts';
import { mnist } from './mnist.ts';
import { mobyDick } from './moby-dick.ts';
import { spamAssassin } from './spam-assassin.ts';
import { textClassification } from './text-classification.ts';
import { textMultiLabel } from './text-multi-label.ts';
import { textRegression } from './text-regression.ts';

/** Every kind of dataset, by the name it has in experiments; in the order that they are offered. */
export const datasetRecords = {
  mnist,
  idx,
  'image-folder': imageFolder,
  cifar,
  'text-classification': textClassification,
  'text-regression': textRegression,
  'text-multi-label': textMultiLabel,
  'spam-assassin': spamAssassin,
  'language-model': languageModel,
  'moby-dick': mobyDick,
} satisfies Record<string, DatasetRecord>;

export type DatasetKind = keyof typeof datasetRecords;

/** What is known of a kind of dataset; undefined for a name that a later version may have stored. */
export function datasetRecord(kind: string): DatasetRecord | undefined {
  return Object.hasOwn(datasetRecords, kind) ? datasetRecords[kind as DatasetKind] : undefined;
}

/** What is to be learned of a kind of dataset. */
export const taskOfDataset = (kind: string): KnownTask => taskRecord({ kind: datasetRecord(kind)?.task });
