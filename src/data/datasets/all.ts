import type { DatasetKind } from '../../experiment/datasets/all.ts';
import type { DatasetConfig } from '../../experiment/schema/schema.ts';
import { cifar } from './cifar.ts';
import type { DatasetReader } from './dataset-reader.ts';
import { idx } from './idx.ts';
import { imageFolder } from './image-folder.ts';
import { languageModel } from './language-model.ts';
import { mnist } from './mnist.ts';
import { mobyDick } from './moby-dick.ts';
import { spamAssassin } from './spam-assassin.ts';
import { textClassification } from './text-classification.ts';
import { textMultiLabel } from './text-multi-label.ts';
import { textRegression } from './text-regression.ts';

const readers: {
  readonly [K in DatasetKind]: DatasetReader<Extract<DatasetConfig, { kind: K }>>;
} = {
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
};

/** How a dataset is opened and looked at. */
export const readerOf = ({ kind }: DatasetConfig): DatasetReader => readers[kind];
