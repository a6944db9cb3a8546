import { colorName, lightTheme, strategyColor } from '../../src/compare/charts/drawing/chart-theme.ts';
import { onThemeChange, pageTheme } from '../charts/page-theme.ts';

/** Gives the marks of strategies the colours they have in charts, as classes, and follows the editor's theme. */
export function addStrategyColors(): void {
  const sheet = new CSSStyleSheet();
  const write = () => {
    const theme = pageTheme();
    const rules = Object.keys(lightTheme.strategies).flatMap((strategy) =>
      [0, 1, 2].map((variant) => {
        const model = { strategy, variant };
        return `.${colorName(model)} { fill: ${strategyColor(theme, model)}; stroke: ${strategyColor(theme, model)}; }`;
      }),
    );
    sheet.replaceSync(rules.join('\n'));
  };
  write();
  onThemeChange(write);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
