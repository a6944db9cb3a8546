import type { EChartsOption } from 'echarts';
import { oneLine } from '../../formatting.ts';
import { textWidth } from '../../reports/text-width.ts';
import type { ChartTheme } from './chart-theme.ts';
import { progressTick, progressTicks } from './tick-labels.ts';

/** A picture with the same figures as text. */
export interface Chart {
  readonly title: string;
  /** How to read the picture, for those who see it. */
  readonly caption: string;
  /** One or two sentences: what the picture shows, for those who cannot see it. */
  readonly description: string;
  readonly option: EChartsOption;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Height in pixels that suits the content. */
  readonly height: number;
  /** Whether it is too high to stand beside others, where its height follows the width it has; see `isTall`. */
  readonly tall?: boolean;
  /** Whether it shows how training goes on: such pictures share their horizontal axis, and a look closer at a part of it. */
  readonly progresses?: boolean;
  /** Where what is said of the pointed-at leaves the curves to be seen. */
  readonly free?: FreeRoom;
  /** The vertical axis for a part of the horizontal one, from and to as shares of it; absent where it stays as it is. */
  readonly rangeOf?: (from: number, to: number) => Record<string, unknown>;
}

/** Curves that rise leave room above their beginning and below their end, those that fall the other way round. */
export interface FreeRoom {
  readonly rising: boolean;
  /** Pixels of what lies below the axis and its name. */
  readonly below: number;
}

/** Higher than any picture whose height does not follow what it shows. */
const tallFrom = 560;

/**
 * Whether a picture has a row of its own: lower ones beside it would be mostly empty. That may depend on what it shows, never
 * on its width. Else it gets a row for its height, is lower in all that width, loses the row for that, and so on without end.
 */
export const isTall = ({ height, tall }: Pick<Chart, 'height' | 'tall'>): boolean =>
  tall ?? height > tallFrom;

export type Draw = (theme: ChartTheme, size: { readonly width: number }) => Chart;

/** What all charts share: no animation, no decoration, the theme's colours on every part that has a default one. */
export function frame(theme: ChartTheme, grid: Record<string, unknown> = {}): EChartsOption {
  return {
    animation: false,
    backgroundColor: 'transparent',
    textStyle: { fontFamily: theme.font, color: theme.text, fontSize: 12 },
    grid: {
      left: 8,
      right: 24,
      top: 16,
      bottom: 8,
      outerBoundsMode: 'same',
      outerBoundsContain: 'all',
      ...grid,
    },
    tooltip: {
      renderMode: 'richText',
      backgroundColor: theme.surface,
      borderColor: theme.line,
      textStyle: { color: theme.text, fontFamily: theme.font, fontSize: 12 },
      confine: true,
    },
  };
}

/** An axis in the theme's colours; the name lies at its middle. */
export function axis(theme: ChartTheme, more: Record<string, unknown>): Record<string, unknown> {
  return {
    nameLocation: 'middle',
    nameTextStyle: { color: theme.muted, fontFamily: theme.font, fontSize: 12 },
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: theme.line } },
    ...more,
    axisLabel: {
      color: theme.muted,
      fontFamily: theme.font,
      fontSize: 11,
      ...((more.axisLabel as object | undefined) ?? {}),
    },
  };
}

/** Nearly nothing is nothing: the first number on the axis is a round one. */
export const progressStart = (min: number, max: number): number => (min > 0 && min < max / 10 ? 0 : min);

/** The axis along which training goes on: steps, epochs or time, by its `label`, from the first to the last point. */
export const progressAxis = (
  theme: ChartTheme,
  label: string,
  [start, end]: readonly [number, number],
): Record<string, unknown> =>
  axis(theme, {
    type: 'value',
    name: label,
    nameGap: 26,
    min: ({ min, max }: { min: number; max: number }) => progressStart(min, max),
    max: 'dataMax',
    splitLine: { show: false },
    axisLine: { show: true, lineStyle: { color: theme.line } },
    axisLabel: { hideOverlap: true, formatter: progressTicks(start, end) },
  });

/** Lines of a tooltip; more would cover the picture. */
const mostLines = 6;

interface Pointed {
  readonly seriesIndex: number;
  readonly dataIndex: number;
  readonly value: readonly number[];
  readonly marker: string;
}

/**
 * A line across the picture where the pointer is, with the values of all curves there.
 * @param read what is to be said of a point of a series; null for series that only paint
 */
export function progressTooltip(
  theme: ChartTheme,
  xLabel: string,
  read: (seriesIndex: number, dataIndex: number) => { readonly name: string; readonly text: string } | null,
): EChartsOption['tooltip'] {
  return {
    ...(frame(theme).tooltip as object),
    textStyle: { color: theme.text, fontFamily: theme.font, fontSize: 11 },
    padding: 8,
    trigger: 'axis',
    axisPointer: { type: 'line', snap: false, lineStyle: { color: theme.muted, width: 1, type: 'solid' } },
    formatter: (pointed: unknown) => {
      const points = (pointed as readonly Pointed[]).flatMap((point) => {
        const said = read(point.seriesIndex, point.dataIndex);
        return said === null ? [] : [{ ...point, ...said }];
      });
      if (points.length === 0) return '';
      const lines = points
        .toSorted((a, b) => b.value[1]! - a.value[1]!)
        .map(({ marker, name, text }) => `${marker}${name}: ${text}`);
      const more = lines.length > mostLines ? [`… and ${lines.length - mostLines} more`] : [];
      return [`${xLabel} ${progressTick(points[0]!.value[0]!)}`, ...lines.slice(0, mostLines), ...more].join(
        '\n',
      );
    },
  };
}

/** Signs of a name that a legend has room for. */
export const legendSigns = ({ width }: { readonly width: number }): number => (width >= 480 ? 34 : 24);

const legendGap = 10;
/** More names than this below a picture make it very high on a narrow card. */
const mostNamesBeside = 28;

/** A legend of these entries below a picture, the pixels that both need below the axis, and whether they are `tall`. */
export function legendBelow(
  theme: ChartTheme,
  entries: readonly string[],
  { width }: { readonly width: number },
  { itemWidth = 12, ...more }: { readonly itemWidth?: number; readonly [option: string]: unknown } = {},
): { readonly height: number; readonly tall: boolean; readonly legend: Record<string, unknown> } {
  let rows = 0;
  let left = 0;
  for (const entry of entries) {
    const own = itemWidth + 5 + textWidth(entry, '11px sans-serif') + legendGap;
    if (rows === 0 || own > left) {
      rows += 1;
      left = width - 2 * legendGap;
    }
    left -= own;
  }
  return {
    height: rows === 0 ? 0 : 6 + rows * 20,
    tall: entries.length > mostNamesBeside,
    legend: {
      show: rows > 0,
      bottom: 0,
      itemWidth,
      itemGap: legendGap,
      itemHeight: 10,
      textStyle: { color: theme.text, fontFamily: theme.font, fontSize: 11 },
      ...more,
    },
  };
}

/** A line across a picture at an exact place: unless told, ECharts puts it at the nearest hundredth. */
export const exactLine = { silent: true, symbol: 'none', precision: 12 } as const;

/** Bounds a little outside the values, so that no marker is cut. */
export function padded(values: readonly number[], share = 0.08): { min: number; max: number } {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const margin = (high - low || Math.abs(high) * 0.02 || 1) * share;
  return { min: low - margin, max: high + margin };
}

/**
 * Bounds outside the values that are ticks themselves. Others would be drawn as lines without a number, and where one is
 * close to a tick on an inverted axis, ECharts 6 leaves most of the picture empty.
 */
export function roundBounds(
  values: readonly number[],
  { share = 0.08, highest = Number.POSITIVE_INFINITY }: { share?: number; highest?: number } = {},
): { min: number; max: number; interval: number } {
  const known = values.filter(Number.isFinite);
  const { min, max } = known.length === 0 ? { min: 0, max: 1 } : padded(known, share);
  const interval = roundStep((max - min) / 6);
  return {
    min: Math.floor(min / interval) * interval,
    max: Math.min(highest, Math.ceil(max / interval) * interval),
    interval,
  };
}

/** 1, 2 or 5 times a power of ten, at least as large. */
function roundStep(size: number): number {
  const power = 10 ** Math.floor(Math.log10(size));
  return ([1, 2, 5].find((step) => step * power >= size) ?? 10) * power;
}

/** Text for a label inside a picture, cut in the middle, where names tell least apart. */
export const short = (text: string, signs: number): string => oneLine(text, signs);

/**
 * 1, 2 and 5 times each power of ten between the two, for a logarithmic axis; only powers where that would be many, more
 * of them where it would be few, and even steps where the two are close.
 */
export function logTicks(low: number, high: number): number[] {
  if (high / low < 4) {
    const step = roundStep((high - low) / 5);
    const first = Math.ceil(low / step);
    return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, index) =>
      Number(((first + index) * step).toPrecision(12)),
    );
  }
  const ratio = high / low;
  const steps = ratio > 300 ? [1] : ratio > 30 ? [1, 3] : ratio > 10 ? [1, 2, 5] : [1, 1.5, 2, 3, 5, 7];
  const ticks: number[] = [];
  for (let exponent = Math.floor(Math.log10(low)); exponent <= Math.log10(high); exponent++)
    for (const step of steps) {
      const tick = Number((step * 10 ** exponent).toPrecision(2));
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  return ticks;
}

/** Pixels of the horizontal axis with its numbers and name, and beside the vertical one and the other edge. */
const axisHeight = 48;
const leftEdge = 44;
const rightEdge = 24;

/**
 * Where in a picture that is so wide and high a box belongs that speaks of the place `x`, all in pixels: in the other half,
 * in the corner that has no curves.
 */
export function tooltipPlace(
  x: number,
  [width, height]: readonly [number, number],
  picture: { readonly width: number; readonly height: number },
  { rising, below }: FreeRoom,
): [number, number] {
  const right = x < picture.width / 2;
  const farthest = Math.max(0, picture.width - width - rightEdge);
  const low = rising === right;
  return [
    right ? farthest : Math.min(leftEdge, farthest),
    low ? Math.max(0, picture.height - height - axisHeight - below) : 4,
  ];
}
