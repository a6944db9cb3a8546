import type { BertConfig } from '../../../experiment/architectures/bert.ts';
import type { BertLayout } from './layout.ts';
import { bertLayout } from './layouts/bert.ts';
import { distilbertLayout } from './layouts/distilbert.ts';
import { robertaLayout } from './layouts/roberta.ts';

/** By the names they have in transformers as `model_type`. */
export const bertLayouts: { readonly [L in BertConfig['layout']]: BertLayout } = {
  bert: bertLayout,
  distilbert: distilbertLayout,
  roberta: robertaLayout,
};

export const bertLayoutNames = Object.keys(bertLayouts) as readonly BertConfig['layout'][];
