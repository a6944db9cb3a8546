import type { EChartsOption } from 'echarts';
import { oneLine } from '../formatting.ts';
import type { ChartTheme } from './chart-theme.ts';

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
}

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

/** Bounds a little outside the values, so that no marker is cut. */
export function padded(values: readonly number[], share = 0.08): { min: number; max: number } {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const margin = (high - low || Math.abs(high) * 0.02 || 1) * share;
  return { min: low - margin, max: high + margin };
}

/** Text for a label inside a picture, cut in the middle, where names tell least apart. */
export const short = (text: string, signs: number): string => oneLine(text, signs);

/** An axis label without the zeros that only precision asked for: 1 MB rather than 1.00 MB. */
export const roundLabel = (text: string): string =>
  text.replace(/(\.\d*?)0+(?=\D|$)/, '$1').replace(/\.(?=\D|$)/, '');

/** 1, 2 and 5 times each power of ten between the two, for a logarithmic axis; only powers where that would be many. */
export function logTicks(low: number, high: number): number[] {
  const steps = high / low > 300 ? [1] : high / low > 30 ? [1, 3] : [1, 2, 5];
  const ticks: number[] = [];
  for (let exponent = Math.floor(Math.log10(low)); exponent <= Math.log10(high); exponent++)
    for (const step of steps) {
      const tick = Number((step * 10 ** exponent).toPrecision(1));
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  return ticks;
}
