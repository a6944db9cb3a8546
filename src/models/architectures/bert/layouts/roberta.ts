import { encoderConfig } from '../encoder-config.ts';
import { robertaHead } from '../head.ts';
import type { BertLayout } from '../layout.ts';
import { namesBelow } from '../names.ts';

// RoBERTa numbers its positions from padId + 1 on.
const numbering = { firstPosition: (padId: number) => padId + 1, tokenTypes: 1 };

/** RoBERTa under any of its names: trained on other texts, each with a tokenizer of its own, it is one model. */
const robertaNamed = (
  layout: 'roberta' | 'xlm-roberta' | 'camembert',
  transformersClass: string,
): BertLayout => ({
  names: namesBelow('roberta'),
  ...numbering,
  dropsAttention: true,
  head: robertaHead,
  ...encoderConfig({ layout, transformersClass, padId: 1, ...numbering }),
});

export const robertaLayout = robertaNamed('roberta', 'RobertaForSequenceClassification');
export const xlmRobertaLayout = robertaNamed('xlm-roberta', 'XLMRobertaForSequenceClassification');
export const camembertLayout = robertaNamed('camembert', 'CamembertForSequenceClassification');
