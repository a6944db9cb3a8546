import type { VitConfig } from '../../../experiment/architectures/vit.ts';
import type { EncoderNames } from '../encoder-pruning.ts';

/** What the weights are called in ViTForImageClassification, and below another base in its siblings. */
const namesBelow = <B extends string>(base: B) =>
  ({
    base,
    classToken: `${base}.embeddings.cls_token`,
    distillationToken: `${base}.embeddings.distillation_token`,
    positions: `${base}.embeddings.position_embeddings`,
    patches: `${base}.embeddings.patch_embeddings.projection`,
    layer: (index) => `${base}.encoder.layer.${index}`,
    attentionNorm: 'layernorm_before',
    query: 'attention.attention.query',
    key: 'attention.attention.key',
    value: 'attention.attention.value',
    attentionOutput: 'attention.output.dense',
    innerNorm: 'layernorm_after',
    up: 'intermediate.dense',
    down: 'output.dense',
    lastNorm: `${base}.layernorm`,
    classifier: 'classifier',
  }) as const satisfies EncoderNames & Record<string, unknown>;

const names = { vit: namesBelow('vit'), deit: namesBelow('deit') } as const;

export const vitNames = ({ layout }: Pick<VitConfig, 'layout'>) => names[layout];
