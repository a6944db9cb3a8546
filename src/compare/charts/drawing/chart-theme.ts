import { factsOf, roleOf, strategyFacts, strategyKinds } from '../../../experiment/strategies/facts.ts';

/**
 * Colours of charts. All literal colours, since a chart cannot resolve CSS variables; the report swaps them for variables
 * afterwards, so within one theme no two roles share a colour.
 */
export interface ChartTheme {
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly surface: string;
  readonly good: string;
  readonly bad: string;
  readonly unsure: string;
  /** Cells of heat maps, at an opacity that tells the value. */
  readonly heat: string;
  /** Colour by kind of strategy, and 'teacher' and 'other'. */
  readonly strategies: Readonly<Record<string, string>>;
  readonly font: string;
}

const font = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif";

/** Colors of the strategies, and of what is none. */
function strategyColors(
  theme: 'light' | 'dark',
  others: { readonly teacher: string; readonly other: string },
): Readonly<Record<string, string>> {
  const own = strategyKinds.map((kind) => [kind, strategyFacts[kind].color[theme]]);
  return { ...Object.fromEntries(own), ...others };
}

export const lightTheme: ChartTheme = {
  text: '#1f2430',
  muted: '#5c6473',
  line: '#dfe3ea',
  surface: '#ffffff',
  good: '#14803c',
  bad: '#c0312b',
  unsure: '#8a6100',
  heat: '#0b66a8',
  strategies: strategyColors('light', { teacher: '#20242f', other: '#4d6a8f' }),
  font,
};

export const darkTheme: ChartTheme = {
  text: '#e7eaf0',
  muted: '#9aa3b2',
  line: '#2b3140',
  surface: '#171a21',
  good: '#4cc27a',
  bad: '#ff7d74',
  unsure: '#dcae4a',
  heat: '#55a9e6',
  strategies: strategyColors('dark', { teacher: '#eef0f5', other: '#8fb0d8' }),
  font,
};

/** Every literal colour of a theme under a name that suits a CSS variable. */
export function themeVariables(theme: ChartTheme): Record<string, string> {
  const { strategies, font: _, ...roles } = theme;
  return {
    ...Object.fromEntries(Object.entries(roles).map(([name, color]) => [`chart-${name}`, color])),
    ...Object.fromEntries(
      Object.keys(strategies).flatMap((name) =>
        [0, 1, 2].map((variant) => [
          colorName({ strategy: name, variant }),
          strategyColor(theme, { strategy: name, variant }),
        ]),
      ),
    ),
  };
}

/** What decides the colour of a model: its strategy, and which of several groups of that strategy it is. */
export interface Coloured {
  readonly strategy: string;
  /** 0 for the first group of its strategy, 1 for the second, …; repeats after three. */
  readonly variant?: number;
}

export function strategyColor(theme: ChartTheme, { strategy, variant = 0 }: Coloured): string {
  const color = theme.strategies[strategy] ?? theme.strategies.other!;
  if (variant % 3 === 1) return mix(color, theme.text, 0.55);
  return variant % 3 === 2 ? mix(color, theme.surface, 0.2) : color;
}

/** Colors for what belongs to no strategy: those of all that have a hue. */
export const hues = (theme: ChartTheme): readonly string[] =>
  strategyKinds.filter((kind) => roleOf(kind) !== 'yardstick').map((kind) => theme.strategies[kind]!);

/** The name of that colour, for a class or a CSS variable. */
export function colorName({ strategy, variant = 0 }: Coloured): string {
  const name = strategy in lightTheme.strategies ? strategy : 'other';
  return `strategy-${name}${variant % 3 === 0 ? '' : `-${(variant % 3) + 1}`}`;
}

function mix(color: string, other: string, share: number): string {
  const channel = (hex: string, index: number) =>
    Number.parseInt(hex.slice(1 + 2 * index, 3 + 2 * index), 16);
  const mixed = [0, 1, 2].map((index) =>
    Math.round(channel(color, index) * (1 - share) + channel(other, index) * share)
      .toString(16)
      .padStart(2, '0'),
  );
  return `#${mixed.join('')}`;
}

/** A marker per strategy: colour is never the only thing that tells two apart. */
export const strategyShape = (strategy: string): string =>
  strategy === 'teacher' ? 'diamond' : (factsOf(strategy)?.marker ?? 'emptyDiamond');

/** A marker with an outline alone. The symbols of ECharts that are called empty are filled, and hide what is behind them. */
export const hollow = (color: string, opacity = 1): MarkerStyle => ({
  color: 'transparent',
  borderColor: color,
  borderWidth: 2,
  opacity,
});

export interface MarkerStyle {
  readonly color: string;
  readonly borderColor?: string;
  readonly borderWidth?: number;
  readonly opacity: number;
}

/** How the marker of a model is drawn. */
export function strategyMarker(
  theme: ChartTheme,
  model: Coloured,
  opacity = 1,
): { readonly symbol: string; readonly itemStyle: MarkerStyle } {
  const shape = strategyShape(model.strategy);
  const color = strategyColor(theme, model);
  if (!shape.startsWith('empty')) return { symbol: shape, itemStyle: { color, opacity } };
  return { symbol: shape.charAt(5).toLowerCase() + shape.slice(6), itemStyle: hollow(color, opacity) };
}

/**
 * The color of one of several lines of a model, such as its seeds: from the color of the model towards the text for the
 * first, towards the surface for the last. Where no other model is there, each line has a hue of its own.
 */
export function lineColor(
  theme: ChartTheme,
  model: Coloured,
  { index, of, alone }: { readonly index: number; readonly of: number; readonly alone: boolean },
): string {
  if (alone) {
    const all = hues(theme);
    return all[index % all.length]!;
  }
  const color = strategyColor(theme, model);
  if (of < 2) return color;
  const place = (2 * index) / (of - 1) - 1;
  return place < 0 ? mix(color, theme.text, -0.6 * place) : mix(color, theme.surface, 0.4 * place);
}
