import { UserError } from '../../../base/user-error.ts';
import type { ResnetImagenetConfig } from '../../../experiment/architectures/resnet-imagenet.ts';
import { resnetNames } from './names.ts';

/** A convolution within a block. */
export interface BlockPart {
  readonly name: string;
  readonly kernel: 1 | 3;
  readonly stride: number;
  readonly before: number;
  readonly after: number;
}

export interface Block {
  readonly name: string;
  readonly group: number;
  readonly stride: number;
  readonly before: number;
  readonly after: number;
  /** First to last; the last one has no activation. */
  readonly parts: readonly BlockPart[];
  /** Whether a convolution brings what the block begins with to the shape of what it makes. */
  readonly projects: boolean;
}

/** Of the channels a bottleneck makes, the part it has inside is one of so many. */
export const reduction = 4;

/**
 * All blocks, first to last.
 * @throws UserError if groups and channels do not go together
 */
export function blocksOf(config: ResnetImagenetConfig): Block[] {
  checkGroups(config);
  let before = config.stemChannels;
  return config.blocks.flatMap((count, group) =>
    Array.from({ length: count }, (_, index) => {
      const stride = index === 0 && (group > 0 || config.halveFirst) ? 2 : 1;
      const after = config.channels[group]!;
      const name = resnetNames.block(group, index);
      const parts = partsOf(config, name, before, after, stride);
      const block = { name, group, stride, before, after, parts, projects: stride > 1 || before !== after };
      before = after;
      return block;
    }),
  );
}

function partsOf(
  { blockKind, strideFirst }: ResnetImagenetConfig,
  name: string,
  before: number,
  after: number,
  stride: number,
): BlockPart[] {
  const inner = blockKind === 'basic' ? after : Math.floor(after / reduction);
  const kernels = blockKind === 'basic' ? ([3, 3] as const) : ([1, 3, 1] as const);
  const halving = blockKind === 'basic' || strideFirst ? 0 : 1;
  return kernels.map((kernel, index) => ({
    name: `${name}.${resnetNames.part(index)}`,
    kernel,
    stride: index === halving ? stride : 1,
    before: index === 0 ? before : inner,
    after: index === kernels.length - 1 ? after : inner,
  }));
}

function checkGroups({ blocks, channels, blockKind }: ResnetImagenetConfig): void {
  if (blocks.length !== channels.length)
    throw new UserError(
      `"blocks" names ${blocks.length} groups, but "channels" ${channels.length} of a resnet-imagenet.`,
      { remedy: 'Name blocks and channels of each group.' },
    );
  const few = channels.find((count) => count < reduction);
  if (blockKind === 'bottleneck' && few !== undefined)
    throw new UserError(`Bottlenecks of ${few} channels would have none inside.`, {
      remedy: `Take at least ${reduction} "channels", or blocks of kind "basic".`,
    });
}
