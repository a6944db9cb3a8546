import { encoderConfig } from '../encoder-config.ts';
import { robertaHead } from '../head.ts';
import type { BertLayout } from '../layout.ts';
import { namesBelow } from '../names.ts';

// RoBERTa numbers its positions from padId + 1 on.
const numbering = { firstPosition: (padId: number) => padId + 1, tokenTypes: 1 };

export const robertaLayout: BertLayout = {
  names: namesBelow('roberta'),
  ...numbering,
  dropsAttention: true,
  head: robertaHead,
  ...encoderConfig({
    layout: 'roberta',
    transformersClass: 'RobertaForSequenceClassification',
    padId: 1,
    ...numbering,
  }),
};
