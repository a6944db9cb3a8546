import { type ChartTheme, darkTheme, lightTheme } from '../../src/compare/charts/drawing/chart-theme.ts';

/**
 * The chart theme of the editor's colours, as literal colours: an SVG cannot keep variables once it is saved. Strategies
 * have the hues they have everywhere; which of the two sets, the background decides.
 */
export function pageTheme(): ChartTheme {
  const background = resolve('--vscode-editor-background', '#ffffff');
  const base = luminance(background) > 0.35 ? lightTheme : darkTheme;
  const text = resolve('--vscode-editor-foreground', base.text);
  const kind = document.body.dataset.vscodeThemeKind ?? '';
  const highContrast = kind.includes('high-contrast');
  return {
    ...base,
    surface: background,
    text,
    muted: highContrast ? text : mix(text, background, 0.3),
    line: mix(text, background, highContrast ? 0.55 : 0.86),
    font: getComputedStyle(document.body).fontFamily || base.font,
  };
}

/** Tells when the editor's theme is another: it changes attributes of the root and the body. @returns how to stop. */
export function onThemeChange(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  const attributeFilter = ['class', 'style', 'data-vscode-theme-kind', 'data-vscode-theme-id'];
  observer.observe(document.documentElement, { attributes: true, attributeFilter });
  observer.observe(document.body, { attributes: true, attributeFilter });
  return () => observer.disconnect();
}

type Rgb = readonly [number, number, number];

/** A variable as #rrggbb, whatever notation the theme has it in; the fallback where it is not set. */
function resolve(variable: string, fallback: string): string {
  const written = getComputedStyle(document.documentElement).getPropertyValue(variable).trim();
  if (written === '') return fallback;
  const probe = document.createElement('span');
  probe.style.color = written;
  document.body.append(probe);
  const numbers =
    getComputedStyle(probe)
      .color.match(/[\d.]+/g)
      ?.map(Number) ?? [];
  probe.remove();
  return numbers.length < 3 ? fallback : hex([numbers[0]!, numbers[1]!, numbers[2]!]);
}

const hex = (rgb: Rgb) =>
  `#${rgb.map((channel) => Math.round(channel).toString(16).padStart(2, '0')).join('')}`;

const channels = (color: string): Rgb =>
  [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)) as unknown as Rgb;

function mix(color: string, other: string, share: number): string {
  const [a, b] = [channels(color), channels(other)];
  return hex([0, 1, 2].map((at) => a[at]! * (1 - share) + b[at]! * share) as unknown as Rgb);
}

/** Relative luminance (WCAG 2). */
function luminance(color: string): number {
  const [red, green, blue] = channels(color).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}
