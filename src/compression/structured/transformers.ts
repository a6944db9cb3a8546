import type { ModelConfig } from '../../experiment/schema.ts';
import { bertNames } from '../../models/bert-names.ts';
import { llamaIntermediateSize } from '../../models/llama.ts';
import { Cuts, countKept, ofBlocks, type ReadWeights, strongest } from './cuts.ts';
import type { SmallerModel, StructuredOptions } from './images.ts';

type Of<A extends ModelConfig['architecture']> = Extract<ModelConfig, { architecture: A }>;

/** Feed-forward units and heads go by the norm of their incoming weights, in every layer as many. */
export function smallerBert(
  config: Of<'bert'>,
  weights: ReadWeights,
  { sparsity, norm }: StructuredOptions,
): SmallerModel<Of<'bert'>> {
  const cuts = new Cuts();
  const names = bertNames[config.layout];
  const intermediateSize = countKept(config.intermediateSize ?? 4 * config.hiddenSize, sparsity);
  const headSize = config.headSize ?? config.hiddenSize / config.heads;
  const heads = countKept(config.heads, sparsity);
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

    const [query, key, value, output] = [names.query, names.key, names.value, names.attentionOutput].map(
      (part) => `${names.layer(layer)}.${part}`,
    ) as [string, string, string, string];
    const made = [query, key, value];
    const rows = made.flatMap((name): [string, number][] => [
      [`${name}.weight`, 0],
      [`${name}.bias`, 0],
    ]);
    const columns = ofBlocks(
      strongest(overBlocks(weights.norms(norm, rows), headSize, norm), heads),
      headSize,
    );
    cuts.along(0, columns, ...made.flatMap((name) => [`${name}.weight`, `${name}.bias`]));
    cuts.along(1, columns, `${output}.weight`);
  }
  return { config: { ...config, heads, headSize, intermediateSize }, cuts };
}

/** As {@link smallerBert}; GPT-2 stores weights inputs first. */
export function smallerGpt2(
  config: Of<'gpt2'>,
  weights: ReadWeights,
  { sparsity, norm }: StructuredOptions,
): SmallerModel<Of<'gpt2'>> {
  const cuts = new Cuts();
  const intermediateSize = countKept(config.intermediateSize ?? 4 * config.hiddenSize, sparsity);
  const headSize = config.headSize ?? config.hiddenSize / config.heads;
  const heads = countKept(config.heads, sparsity);
  for (let layer = 0; layer < config.layers; layer++) {
    const name = `transformer.h.${layer}.mlp.c_fc`;
    const importance = weights.norms(norm, [
      [`${name}.weight`, 1],
      [`${name}.bias`, 0],
    ]);
    const keep = strongest(importance, intermediateSize);
    cuts.along(1, keep, `${name}.weight`);
    cuts.along(0, keep, `${name}.bias`, `transformer.h.${layer}.mlp.c_proj.weight`);

    // Queries, keys and values of all heads lie side by side, one kind after the other.
    const attention = `transformer.h.${layer}.attn`;
    const columns = weights.norms(norm, [
      [`${attention}.c_attn.weight`, 1],
      [`${attention}.c_attn.bias`, 0],
    ]);
    const parts = overBlocks(columns, headSize, norm);
    const ofHeads = new Float64Array(config.heads);
    for (const [at, part] of parts.entries())
      ofHeads[at % config.heads]! += norm === 'l1' ? part : part * part;
    const kept = strongest(ofHeads, heads);
    const all = [0, 1, 2].flatMap((kind) => kept.map((head) => kind * config.heads + head));
    cuts.along(1, ofBlocks(all, headSize), `${attention}.c_attn.weight`);
    cuts.along(0, ofBlocks(all, headSize), `${attention}.c_attn.bias`);
    cuts.along(0, ofBlocks(kept, headSize), `${attention}.c_proj.weight`);
  }
  return { config: { ...config, heads, headSize, intermediateSize }, cuts };
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

/** Norms of blocks from the norms of what is in them. */
function overBlocks(norms: Float64Array, size: number, norm: 'l1' | 'l2'): Float64Array {
  const sums = new Float64Array(norms.length / size);
  for (const [at, value] of norms.entries())
    sums[Math.floor(at / size)]! += norm === 'l1' ? value : value * value;
  return norm === 'l1' ? sums : sums.map(Math.sqrt);
}
