import type { EChartsOption } from 'echarts';
import type { ChartTheme } from './chart-theme.ts';

/** A picture with the same figures as text. */
export interface Chart {
  readonly title: string;
  /** One or two sentences: what the picture shows, for those who cannot see it. */
  readonly description: string;
  readonly option: EChartsOption;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Height in pixels that suits the content. */
  readonly height: number;
}

export interface ChartSize {
  readonly width: number;
}

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

/** Text for a label inside a picture. */
export const short = (text: string, signs: number): string =>
  [...text].length <= signs ? text : `${[...text].slice(0, signs - 1).join('')}…`;
