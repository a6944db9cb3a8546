import { UserError } from '../../../base/user-error.ts';
import type { ResnetImagenetConfig } from '../../../experiment/architectures/resnet-imagenet.ts';
import { Cuts, countKept } from '../../cuts.ts';
import { cutBottleneck } from '../bottleneck-pruning.ts';
import type { Pruning } from '../construction.ts';
import { cutBetween, cutMade, filtersOf } from '../convolution-pruning.ts';
import { type Block, blocksOf, reduction } from './blocks.ts';
import { resnetNames as names } from './names.ts';

/**
 * The channels that the blocks of a group add to are chosen for the whole group, by the norms of all filters that make
 * them; those inside a block for that block.
 */
export const resnetImagenetPruning: Pruning<ResnetImagenetConfig> = {
  smaller(config, sparsity) {
    const kept = (count: number) => countKept(count, sparsity);
    // A bottleneck has a quarter of its channels inside, so those outside go by fours.
    const outside =
      config.blockKind === 'basic'
        ? kept
        : (count: number) => reduction * kept(Math.floor(count / reduction));
    const smaller = {
      ...config,
      stemChannels: blocksOf(config)[0]!.projects ? kept(config.stemChannels) : outside(config.stemChannels),
      channels: config.channels.map(outside),
      ...(config.bottleneck && { bottleneck: config.bottleneck.map(kept) }),
    };
    if (blocksOf(smaller)[0]!.projects !== blocksOf(config)[0]!.projects)
      throw new UserError(
        `A resnet-imagenet of ${config.stemChannels} channels in its stem and ${config.channels[0]} in its first group cannot lose ${Math.round(100 * sparsity)} % of them: both would have as many, and the first block no shortcut.`,
        { remedy: 'Choose another "sparsity", or use method "magnitude".' },
      );
    return smaller;
  },
  cuts(config, smaller, weights, norm) {
    const cuts = new Cuts();
    const blocks = blocksOf(config);
    const strongestOf = filtersOf(weights, norm);
    const joined = !blocks[0]!.projects;
    const streams = smaller.channels.map((count, group) =>
      strongestOf(makersOf(blocks, group, joined), count),
    );
    const stem = joined ? streams[0]! : strongestOf([names.stem], smaller.stemChannels);
    cutMade(cuts, names.stem, stem);
    let before = stem;
    for (const [index, block] of blocksOf(smaller).entries()) {
      const after = streams[block.group]!;
      let inside: readonly number[] = before;
      for (const [at, part] of block.parts.entries()) {
        const last = at === block.parts.length - 1;
        const made = last ? after : strongestOf([part.name], part.after);
        cutBetween(cuts, part.name, inside, made);
        inside = made;
      }
      if (blocks[index]!.projects) cutBetween(cuts, `${block.name}.${names.shortcut}`, before, after);
      before = after;
    }
    const maps = { keep: before, count: config.channels.at(-1)! };
    const last = cutBottleneck(config.bottleneck, smaller.bottleneck, maps, weights, cuts, norm);
    cuts.along(1, last.keep, `${names.classifier}.weight`);
    return cuts;
  },
};

/** The convolutions that add to the channels of a group. */
function makersOf(blocks: readonly Block[], group: number, joined: boolean): string[] {
  const own = blocks.filter((block) => block.group === group);
  const shortcuts = own.filter(({ projects }) => projects).map(({ name }) => `${name}.${names.shortcut}`);
  const stem = group === 0 && joined ? [names.stem] : [];
  return [...stem, ...shortcuts, ...own.map(({ parts }) => parts.at(-1)!.name)];
}
