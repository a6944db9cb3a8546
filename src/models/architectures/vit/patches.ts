import { alternatives } from '../../../base/alternatives.ts';
import { UserError } from '../../../base/user-error.ts';
import type { TaskShape } from '../../../data/dataset.ts';
import { largestPatch, type VitConfig } from '../../../experiment/architectures/vit.ts';
import { imageSize } from '../../image-input.ts';
import type { Correction } from '../construction.ts';

/** How an image is cut into patches. */
export interface Patches {
  /** Of the image. */
  readonly channels: number;
  readonly count: number;
}

/** @throws UserError if the data has no images, or the patches leave a margin of them. */
export function patchesOf(config: VitConfig, task: TaskShape): Patches {
  const [height, width, channels] = imageSize(config, task);
  const { patchSize } = config;
  if (leavesMargin(patchSize, height, width))
    throw new UserError(
      `Images of ${height} × ${width} pixels cannot be cut into patches of ${patchSize} × ${patchSize}.`,
      {
        remedy: `Choose a "patchSize" that divides both sides: ${alternatives(fittingSizes(height, width))}.`,
      },
    );
  return { channels, count: (height / patchSize) * (width / patchSize) };
}

/** The size that fits and is nearest to the one that does not. */
export function patchCorrection({ patchSize }: VitConfig, { image }: TaskShape): Correction | undefined {
  if (!image || !leavesMargin(patchSize, image[0], image[1])) return undefined;
  const distance = (size: number) => Math.abs(Math.log(size / patchSize));
  const [value] = fittingSizes(image[0], image[1]).sort((a, b) => distance(a) - distance(b));
  return {
    option: 'patchSize',
    code: 'patch-size',
    fix: { title: `Use patches of ${value} × ${value} pixels`, value },
  };
}

const leavesMargin = (patchSize: number, height: number, width: number) =>
  height % patchSize !== 0 || width % patchSize !== 0;

const fittingSizes = (height: number, width: number): number[] =>
  Array.from({ length: Math.min(height, width, largestPatch) }, (_, index) => index + 1).filter(
    (size) => !leavesMargin(size, height, width),
  );
