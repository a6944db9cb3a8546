import { activation } from '../../../layers/activation.ts';
import { encoderConfig } from '../encoder-config.ts';
import { denseHead } from '../head.ts';
import type { BertLayout } from '../layout.ts';
import { namesBelow } from '../names.ts';

const numbering = { firstPosition: () => 0, tokenTypes: 2 };

export const electraLayout: BertLayout = {
  names: namesBelow('electra'),
  projection: 'electra.embeddings_project',
  ...numbering,
  dropsAttention: true,
  // Whatever the activation of the layers is.
  head: denseHead(activation('gelu')),
  ...encoderConfig({
    layout: 'electra',
    transformersClass: 'ElectraForSequenceClassification',
    padId: 0,
    // What transformers takes where nothing is said.
    embeddingSize: 128,
    ...numbering,
  }),
};
