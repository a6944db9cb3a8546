import type { TaskShape } from '../../../data/dataset.ts';
import type { CnnConfig } from '../../../experiment/architectures/cnn.ts';
import { imageSize } from '../../image-input.ts';

/** Maps that are classified place by place are halved until no side is longer. */
const longestSide = 4;

/** The dense layer is the last one, so it is never kept. */
export function truncatedCnn(config: CnnConfig, layers: number, task: TaskShape): CnnConfig {
  const [height, width] = imageSize(config, task);
  const bottleneck = [...config.channels.slice(layers), ...(config.bottleneck ?? [])];
  let side = Math.floor(Math.max(height, width) / 2 ** Math.min(layers, config.channels.length));
  for (const _ of bottleneck) side = Math.ceil(side / 2);
  // The classifier of an exit would else be about as large as the whole student.
  if (config.pooling !== 'average')
    for (; side > longestSide; side = Math.ceil(side / 2))
      bottleneck.push(bottleneck.at(-1) ?? config.channels.at(-1)!);
  return { ...config, channels: config.channels.slice(0, layers), bottleneck, dense: undefined };
}
