import { z } from 'zod';
import { choice, count } from '../schema/option.ts';
import type { ArchitectureRecord } from './architecture-record.ts';
import { dropped } from './options.ts';
import {
  activation,
  attentionDropout,
  epsilon,
  layersByWidth,
  positions,
  residualDropout,
  transformerSizes,
} from './transformer-options.ts';

const schema = z
  .strictObject({
    architecture: z.literal('bert').describe('Transformer encoder that classifies texts.'),
    layout: choice(
      {
        bert: 'BERT (Devlin et al. 2019): token types, and a pooler before the classifier.',
        distilbert: 'DistilBERT (Sanh et al. 2019): neither token types nor pooler.',
        roberta: 'RoBERTa (Liu et al. 2019): BERT with positions that begin after the padding id.',
        'xlm-roberta': 'XLM-RoBERTa (Conneau et al. 2019): RoBERTa of a hundred languages.',
        camembert: 'CamemBERT (Martin et al. 2019): RoBERTa of French.',
        electra: 'ELECTRA (Clark et al. 2020): BERT whose embeddings may be narrower, and another head.',
        albert:
          'ALBERT (Lan et al. 2020): narrower embeddings, and one layer that is gone through again and again. Fewer layers make it faster, not smaller; pruning cuts the one layer.',
        mpnet:
          'MPNet (Song et al. 2020): no token types, and a bias for each head by how far tokens lie apart, which all layers share. Pruning takes the same heads from all layers.',
      },
      'Whose details and names of weights the model has; its checkpoints open in transformers as such. Default bert.',
    ).default('bert'),
    head: choice(
      {
        hidden: 'A hidden layer between the first token’s vector and the classifier, as in the papers.',
        linear:
          'The classifier sees the first token’s vector itself, as in an exit; transformers cannot open it.',
      },
      'What stands on the last layer. Left out: hidden.',
    ).optional(),
    ...transformerSizes,
    embeddingSize: count(
      'Width of the embeddings, only in layouts electra and albert. Left out: that of the hidden states.',
      'units',
    )
      .max(65_536)
      .optional(),
    activation: activation.default('gelu'),
    dropout: residualDropout.default(0.1),
    attentionDropout: attentionDropout.default(0.1),
    classifierDropout: dropped(
      'Fraction of the pooled vector set to zero before the classifier; left out: as dropout',
    ).optional(),
    positions,
    tokenTypes: count(
      'Rows of the table of token types. Left out: 2 for bert, electra and albert, 1 for roberta and its like; distilbert and mpnet have none.',
      'types',
    )
      .max(1024)
      .optional(),
    layerNormEpsilon: epsilon
      .default(1e-12)
      .describe('Added to the variance by layer normalisation. Default 1e-12, as in BERT.'),
  })
  .describe(
    'Transformer encoder for text classification; reads and writes BERT, DistilBERT, RoBERTa, XLM-RoBERTa, CamemBERT, ELECTRA, ALBERT and MPNet checkpoints.',
  );

export type BertConfig = z.output<typeof schema>;

export const bert: ArchitectureRecord<typeof schema, keyof BertConfig> = {
  schema,
  goal: 'classification',
  sizes: layersByWidth,
};
