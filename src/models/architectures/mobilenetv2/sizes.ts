import { type MobilenetV2Config, mobilenetLayers } from '../../../experiment/architectures/mobilenetv2.ts';

/** Channels of the stem and after each layer where the width is 1 (Sandler et al. 2018, table 2). */
const usualChannels = [16, 24, 24, 32, 32, 32, 64, 64, 64, 64, 96, 96, 96, 160, 160, 160, 320];
const usualOutput = 1280;
const usualStem = 32;

/** By how much each layer makes the maps smaller. */
export const mobilenetStrides = [2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1] as const;

/** What decides about channels. */
type Rounding = Pick<MobilenetV2Config, 'channelDivisor' | 'fewestChannels'>;
type Widths = Rounding & Pick<MobilenetV2Config, 'width' | 'expansion' | 'wideOutput' | 'layers'>;

/** One inverted residual. */
export interface MobilenetLayer {
  /** Channels it begins with, has inside, and makes. */
  readonly before: number;
  readonly inner: number;
  readonly after: number;
  readonly stride: number;
  /** Whether what it begins with is added to what it makes. */
  readonly adds: boolean;
}

export interface MobilenetSizes {
  /** Channels of the first convolution, and of what the stem makes. */
  readonly first: number;
  readonly stem: number;
  readonly layers: readonly MobilenetLayer[];
  /** Channels of the last convolution, if the network has it. */
  readonly output: number;
}

/** Channels of a network, rounded in the same way as transformers rounds them. */
export function mobilenetSizes(config: Widths): MobilenetSizes {
  const { width, expansion, wideOutput, layers = mobilenetLayers } = config;
  const scaled = (channels: number) => divisible(toEven(channels * width), config);
  const channels = usualChannels.map(scaled);
  return {
    first: scaled(usualStem),
    stem: channels[0]!,
    layers: mobilenetStrides.slice(0, layers).map((stride, index) => {
      const [before, after] = [channels[index]!, channels[index + 1]!];
      const inner = divisible(toEven(before * expansion), config);
      return { before, inner, after, stride, adds: stride === 1 && before === after };
    }),
    output: wideOutput && width < 1 ? usualOutput : scaled(usualOutput),
  };
}

/** The multiple of the divisor that is nearest, but not more than a tenth below. */
function divisible(channels: number, { channelDivisor: divisor, fewestChannels }: Rounding): number {
  const nearest = Math.max(fewestChannels, Math.floor((channels + divisor / 2) / divisor) * divisor);
  return nearest < 0.9 * channels ? nearest + divisor : nearest;
}

/** To the nearest whole number, and halves to the even one, as Python rounds. */
function toEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}
