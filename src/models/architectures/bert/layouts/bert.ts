import { tf } from '../../../../device/tensorflow.ts';
import { encoderConfig } from '../encoder-config.ts';
import { pooledHead } from '../head.ts';
import type { BertLayout } from '../layout.ts';
import { namesBelow } from '../names.ts';

const numbering = { firstPosition: () => 0, tokenTypes: 2 };

export const bertLayout: BertLayout = {
  names: namesBelow('bert'),
  ...numbering,
  dropsAttention: true,
  head: pooledHead('bert.pooler.dense', (x) => tf.tanh(x)),
  ...encoderConfig({
    layout: 'bert',
    transformersClass: 'BertForSequenceClassification',
    padId: 0,
    ...numbering,
  }),
};
