import type { ModelConfig } from '../../experiment/schema.ts';
import { bertNames } from '../../models/bert-names.ts';
import { llamaIntermediateSize } from '../../models/llama.ts';
import { Cuts, countKept, ofBlocks, type ReadWeights, strongest } from './cuts.ts';
import type { SmallerModel, StructuredOptions } from './images.ts';

type Of<A extends ModelConfig['architecture']> = Extract<ModelConfig, { architecture: A }>;

/** Feed-forward units go by the norm of their incoming weights, in every layer as many. */
export function smallerBert(
  config: Of<'bert'>,
  weights: ReadWeights,
  { sparsity, norm }: StructuredOptions,
): SmallerModel<Of<'bert'>> {
  const cuts = new Cuts();
  const names = bertNames[config.layout];
  const intermediateSize = countKept(config.intermediateSize ?? 4 * config.hiddenSize, sparsity);
  for (let layer = 0; layer < config.layers; layer++) {
    const [up, down] = [names.up, names.down].map((part) => `${names.layer(layer)}.${part}`) as [
      string,
      string,
    ];
    const importance = weights.norms(norm, [
      [`${up}.weight`, 0],
      [`${up}.bias`, 0],
    ]);
    const keep = strongest(importance, intermediateSize);
    cuts.along(0, keep, `${up}.weight`, `${up}.bias`);
    cuts.along(1, keep, `${down}.weight`);
  }
  return { config: { ...config, intermediateSize }, cuts };
}

/** As {@link smallerBert}; GPT-2 stores weights inputs first. */
export function smallerGpt2(
  config: Of<'gpt2'>,
  weights: ReadWeights,
  { sparsity, norm }: StructuredOptions,
): SmallerModel<Of<'gpt2'>> {
  const cuts = new Cuts();
  const intermediateSize = countKept(config.intermediateSize ?? 4 * config.hiddenSize, sparsity);
  const up = [...Array(config.layers).keys()].map((layer) => `transformer.h.${layer}.mlp.c_fc`);
  for (const name of up) {
    const importance = weights.norms(norm, [
      [`${name}.weight`, 1],
      [`${name}.bias`, 0],
    ]);
    const keep = strongest(importance, intermediateSize);
    cuts.along(1, keep, `${name}.weight`);
    cuts.along(0, keep, `${name}.bias`, name.replace('c_fc', 'c_proj.weight'));
  }
  return { config: { ...config, intermediateSize }, cuts };
}

/**
 * Feed-forward units, and attention heads by groups that share keys and values: a head by itself could not go without
 * leaving the groups uneven.
 */
export function smallerLlama(
  config: Of<'llama'>,
  weights: ReadWeights,
  { sparsity, norm }: StructuredOptions,
): SmallerModel<Of<'llama'>> {
  const cuts = new Cuts();
  const { heads, keyValueHeads = heads } = config;
  const headSize = config.headSize ?? config.hiddenSize / heads;
  const perGroup = heads / keyValueHeads;
  const groups = countKept(keyValueHeads, sparsity);
  const intermediateSize = countKept(llamaIntermediateSize(config), sparsity);
  for (let layer = 0; layer < config.layers; layer++) {
    const prefix = `model.layers.${layer}`;
    const [gate, up, down] = ['gate_proj', 'up_proj', 'down_proj'].map((part) => `${prefix}.mlp.${part}`);
    const units = strongest(
      weights.norms(
        norm,
        [gate, up].flatMap((name): [string, number][] => [
          [`${name}.weight`, 0],
          [`${name}.bias`, 0],
        ]),
      ),
      intermediateSize,
    );
    cuts.along(0, units, ...[gate, up].flatMap((name) => [`${name}.weight`, `${name}.bias`]));
    cuts.along(1, units, `${down}.weight`);

    const attention = (part: string) => `${prefix}.self_attn.${part}`;
    const importance = new Float64Array(keyValueHeads);
    for (const [part, size] of [
      ['q_proj', perGroup * headSize],
      ['k_proj', headSize],
      ['v_proj', headSize],
    ] as const) {
      const norms = weights.norms(norm, [
        [`${attention(part)}.weight`, 0],
        [`${attention(part)}.bias`, 0],
      ]);
      norms.forEach((value, row) => {
        importance[Math.floor(row / size)]! += norm === 'l1' ? value : value * value;
      });
    }
    const kept = strongest(importance, groups);
    const queries = ofBlocks(kept, perGroup * headSize);
    const keys = ofBlocks(kept, headSize);
    cuts.along(0, queries, `${attention('q_proj')}.weight`, `${attention('q_proj')}.bias`);
    for (const part of ['k_proj', 'v_proj'])
      cuts.along(0, keys, `${attention(part)}.weight`, `${attention(part)}.bias`);
    cuts.along(1, queries, `${attention('o_proj')}.weight`);
  }
  return {
    config: { ...config, heads: groups * perGroup, keyValueHeads: groups, headSize, intermediateSize },
    cuts,
  };
}
