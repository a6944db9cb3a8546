import { z } from 'zod';
import { parseRaw, unsupported } from '../../../huggingface/description.ts';
import { encoderConfig } from '../encoder-config.ts';
import { robertaHead } from '../head.ts';
import type { BertLayout } from '../layout.ts';
import { type BertNames, namesBelow } from '../names.ts';
import { buckets } from '../relative-bias.ts';

const names: BertNames = {
  ...namesBelow('mpnet'),
  tokenTypes: undefined,
  query: 'attention.attn.q',
  key: 'attention.attn.k',
  value: 'attention.attn.v',
  attentionOutput: 'attention.attn.o',
  attentionNorm: 'attention.LayerNorm',
};

/** Whatever the configuration says, transformers counts positions as if padding were this id. */
const padId = 1;
const numbering = { firstPosition: () => padId + 1, tokenTypes: 1 };

const { readConfig, writeConfig } = encoderConfig({
  layout: 'mpnet',
  transformersClass: 'MPNetForSequenceClassification',
  padId,
  ...numbering,
});

const schema = z.object({ relative_attention_num_buckets: z.int().default(buckets) });

export const mpnetLayout: BertLayout = {
  names,
  ...numbering,
  uncounted: padId,
  relativePositions: 'mpnet.encoder.relative_attention_bias',
  dropsAttention: true,
  head: robertaHead,
  readConfig(raw, file) {
    const { relative_attention_num_buckets: count } = parseRaw(schema, raw, file);
    if (count !== buckets) throw unsupported(file, `relative_attention_num_buckets ${count}`);
    return readConfig(raw, file);
  },
  writeConfig(config, task, classNames) {
    const { type_vocab_size: _, ...written } = writeConfig(config, task, classNames);
    return { ...written, relative_attention_num_buckets: buckets };
  },
};
