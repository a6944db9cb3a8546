/** What becomes of a pixel before a model sees it: (pixel / 255 − mean) / std. */
export interface PixelScale {
  /** One number for all channels, or one for each. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

const listed = (value: number | readonly number[]): readonly number[] =>
  typeof value === 'number' ? [value] : value;

/** The scale that options of a dataset ask for; undefined where they are of no images. */
export function pixelScaleOf(options: object): PixelScale | undefined {
  const { mean, std } = options as { mean?: number | readonly number[]; std?: number | readonly number[] };
  return mean === undefined || std === undefined ? undefined : { mean: listed(mean), std: listed(std) };
}

/** The number of a channel. */
export const ofChannel = (values: readonly number[], channel: number): number =>
  values[channel] ?? values[0]!;

/** Pixels that differ by less than a hundredth of their spread are the same to a model. */
const tolerance = 0.01;

/** @returns whether two scales make the same of a pixel in each of so many channels. */
export function sameScale(one: PixelScale, other: PixelScale, channels: number): boolean {
  return Array.from({ length: channels }, (_, channel) => channel).every((channel) => {
    const [std, otherStd] = [ofChannel(one.std, channel), ofChannel(other.std, channel)];
    const shift = ofChannel(one.mean, channel) - ofChannel(other.mean, channel);
    return Math.abs(std - otherStd) <= tolerance * otherStd && Math.abs(shift) <= tolerance * otherStd;
  });
}

const short = (value: number) => String(Number(value.toPrecision(4)));
const told = (values: readonly number[]): string =>
  new Set(values.map(short)).size === 1 ? short(values[0]!) : `[${values.map(short).join(', ')}]`;

/** 'mean 0.5 and std [0.247, 0.2435, 0.2616]'. */
export const describeScale = ({ mean, std }: PixelScale): string => `mean ${told(mean)} and std ${told(std)}`;
