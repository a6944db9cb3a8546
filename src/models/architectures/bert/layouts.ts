import type { BertConfig } from '../../../experiment/architectures/bert.ts';
import type { BertLayout } from './layout.ts';
import { albertLayout } from './layouts/albert.ts';
import { bertLayout } from './layouts/bert.ts';
import { distilbertLayout } from './layouts/distilbert.ts';
import { electraLayout } from './layouts/electra.ts';
import { mpnetLayout } from './layouts/mpnet.ts';
import { camembertLayout, robertaLayout, xlmRobertaLayout } from './layouts/roberta.ts';

/** By the names they have in transformers as `model_type`. */
export const bertLayouts: { readonly [L in BertConfig['layout']]: BertLayout } = {
  bert: bertLayout,
  distilbert: distilbertLayout,
  roberta: robertaLayout,
  'xlm-roberta': xlmRobertaLayout,
  camembert: camembertLayout,
  electra: electraLayout,
  albert: albertLayout,
  mpnet: mpnetLayout,
};

export const bertLayoutNames = Object.keys(bertLayouts) as readonly BertConfig['layout'][];
