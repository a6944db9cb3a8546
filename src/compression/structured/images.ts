import type { ModelConfig } from '../../experiment/schema.ts';
import type { PruneConfig } from '../../experiment/strategies/prune/record.ts';
import { UserError } from '../../experiment/user-error.ts';
import { Cuts, countKept, normalizationWeights, type ReadWeights, strongest } from './cuts.ts';

type Of<A extends ModelConfig['architecture']> = Extract<ModelConfig, { architecture: A }>;
export type StructuredOptions = Pick<PruneConfig, 'sparsity' | 'norm'>;

/** A smaller model of the same architecture, and what it keeps of the larger one's weights. */
export interface SmallerModel<C extends ModelConfig = ModelConfig> {
  readonly config: C;
  readonly cuts: Cuts;
}

/** Neurons go by the norm of their incoming weights. */
export function smallerMlp(
  config: Of<'mlp'>,
  weights: ReadWeights,
  { sparsity, norm }: StructuredOptions,
): SmallerModel<Of<'mlp'>> {
  const cuts = new Cuts();
  const hidden = config.hidden.map((units, index) => {
    const name = `layers.${index}`;
    const keep = strongest(
      weights.norms(norm, [
        [`${name}.weight`, 0],
        [`${name}.bias`, 0],
      ]),
      countKept(units, sparsity),
    );
    cuts.along(0, keep, `${name}.weight`, `${name}.bias`, ...normalizationWeights(`norms.${index}`));
    const next = index + 1 < config.hidden.length ? `layers.${index + 1}` : 'classifier';
    cuts.along(1, keep, `${next}.weight`);
    return keep.length;
  });
  return { config: { ...config, hidden }, cuts };
}

/** Channels go by the norm of their filters (Li et al. 2017), units of the dense layer by that of their weights. */
export function smallerCnn(
  config: Of<'cnn'>,
  weights: ReadWeights,
  { sparsity, norm }: StructuredOptions,
): SmallerModel<Of<'cnn'>> {
  const cuts = new Cuts();
  const head = config.dense === undefined ? 'classifier' : 'dense';
  let last: Channels = { keep: [], count: 0 };
  const channels = config.channels.map((count, index) => {
    const name = `stages.${index}`;
    const keep = strongest(
      weights.norms(norm, [
        [`${name}.conv.weight`, 3],
        [`${name}.conv.bias`, 0],
      ]),
      countKept(count, sparsity),
    );
    cuts.along(3, keep, `${name}.conv.weight`);
    cuts.along(0, keep, `${name}.conv.bias`, ...normalizationWeights(`${name}.norm`));
    if (index + 1 < config.channels.length) cuts.along(2, keep, `stages.${index + 1}.conv.weight`);
    else last = { keep, count };
    return keep.length;
  });
  const narrow = smallerBottleneck(config.bottleneck, last, weights, cuts, { sparsity, norm });
  // Flattened maps lie place by place, the channels of each side by side.
  const places = weights.shape(`${head}.weight`)[1]! / narrow.last.count;
  const features = Array.from({ length: places }, (_, place) =>
    narrow.last.keep.map((channel) => place * narrow.last.count + channel),
  ).flat();
  cuts.along(1, features, `${head}.weight`);
  const maps = { channels, ...(config.bottleneck && { bottleneck: narrow.channels }) };
  if (config.dense === undefined) return { config: { ...config, ...maps }, cuts };
  const keep = strongest(
    weights.norms(norm, [
      ['dense.weight', 0],
      ['dense.bias', 0],
    ]),
    countKept(config.dense, sparsity),
  );
  cuts.along(0, keep, 'dense.weight', 'dense.bias');
  cuts.along(1, keep, 'classifier.weight');
  return { config: { ...config, ...maps, dense: keep.length }, cuts };
}

const narrowest = 0.0625;

/**
 * The channels that the blocks of a group add to are chosen for the whole group, by the norms of all filters that make
 * them; those inside a block for that block.
 */
export function smallerResnet(
  config: Of<'resnet'>,
  weights: ReadWeights,
  { sparsity, norm }: StructuredOptions,
): SmallerModel<Of<'resnet'>> {
  const width = config.width * (1 - sparsity);
  if (width < narrowest)
    throw new UserError(
      `A resnet of width ${config.width} cannot lose ${Math.round(100 * sparsity)} % of its channels.`,
      {
        remedy: `Lower "sparsity" to at most ${Math.floor(100 * (1 - narrowest / config.width)) / 100}.`,
      },
    );
  const cuts = new Cuts();
  const perGroup = (config.depth - 2) / 6;
  const blocks = config.blocks ?? 3 * perGroup;
  const names = Array.from({ length: blocks }, (_, index) => ({
    group: Math.floor(index / perGroup),
    name: `layer${Math.floor(index / perGroup) + 1}.${index % perGroup}`,
  }));
  const counts = [16, 32, 64].map((channels) => Math.max(1, Math.round(channels * width)));
  const streams = counts.slice(0, names.at(-1)!.group + 1).map((count, group) => {
    const own = names.filter((block) => block.group === group);
    const parts: [string, number][] = own.map(({ name }) => [`${name}.conv2.weight`, 3]);
    if (group === 0) parts.push(['conv1.weight', 3]);
    else parts.push([`${own[0]!.name}.downsample.0.weight`, 3]);
    return strongest(weights.norms(norm, parts), count);
  });
  cuts.along(3, streams[0]!, 'conv1.weight');
  cuts.along(0, streams[0]!, ...normalizationWeights('bn1'));
  names.forEach(({ group, name }, index) => {
    const before = streams[index === 0 ? 0 : names[index - 1]!.group]!;
    const after = streams[group]!;
    const inner = strongest(weights.norms(norm, [[`${name}.conv1.weight`, 3]]), counts[group]!);
    cuts.along(2, before, `${name}.conv1.weight`, `${name}.downsample.0.weight`);
    cuts.along(3, inner, `${name}.conv1.weight`);
    cuts.along(0, inner, ...normalizationWeights(`${name}.bn1`));
    cuts.along(2, inner, `${name}.conv2.weight`);
    cuts.along(3, after, `${name}.conv2.weight`, `${name}.downsample.0.weight`);
    cuts.along(
      0,
      after,
      ...normalizationWeights(`${name}.bn2`),
      ...normalizationWeights(`${name}.downsample.1`),
    );
  });
  const before = { keep: streams.at(-1)!, count: 0 };
  const narrow = smallerBottleneck(config.bottleneck, before, weights, cuts, { sparsity, norm });
  cuts.along(1, narrow.last.keep, 'fc.weight');
  const bottleneck = config.bottleneck && { bottleneck: narrow.channels };
  return { config: { ...config, width, ...bottleneck }, cuts };
}

/** Channels that are kept of so many. */
interface Channels {
  readonly keep: readonly number[];
  readonly count: number;
}

/** The channels of separable convolutions go by the norm of the filters that make them. @param last before the first */
function smallerBottleneck(
  bottleneck: readonly number[] = [],
  last: Channels,
  weights: ReadWeights,
  cuts: Cuts,
  { sparsity, norm }: StructuredOptions,
): { channels: number[]; last: Channels } {
  const channels = bottleneck.map((count, index) => {
    const name = `bottleneck.${index}`;
    cuts.along(3, last.keep, `${name}.depthwise.weight`);
    cuts.along(2, last.keep, `${name}.pointwise.weight`);
    const keep = strongest(
      weights.norms(norm, [
        [`${name}.pointwise.weight`, 3],
        [`${name}.pointwise.bias`, 0],
      ]),
      countKept(count, sparsity),
    );
    cuts.along(3, keep, `${name}.pointwise.weight`);
    cuts.along(0, keep, `${name}.pointwise.bias`, ...normalizationWeights(`${name}.norm`));
    last = { keep, count };
    return keep.length;
  });
  return { channels, last };
}
