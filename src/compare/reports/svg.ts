import { BarChart, CustomChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, LegendPlainComponent, MarkLineComponent } from 'echarts/components';
import { init, setPlatformAPI, use } from 'echarts/core';
import { LabelLayout } from 'echarts/features';
import { SVGRenderer } from 'echarts/renderers';
import type { Chart } from '../charts/drawing/chart-frame.ts';
import type { ChartTheme } from '../charts/drawing/chart-theme.ts';
import { themeVariables } from '../charts/drawing/chart-theme.ts';
import { textWidth } from './text-width.ts';

use([
  BarChart,
  CustomChart,
  LineChart,
  ScatterChart,
  GridComponent,
  LegendPlainComponent,
  MarkLineComponent,
  LabelLayout,
  SVGRenderer,
]);

// Node has no canvas to measure text with.
setPlatformAPI({ measureText: (text, font) => ({ width: textWidth(text, font) }) });

/**
 * A chart as an SVG element for a page. Its colours become CSS variables (with the literal colour behind, so that a copied
 * picture keeps them), it scales with its box, and it has no styles or classes of its own, which a strict content security
 * policy would block. `id` keeps what the element names inside apart from other charts of the page.
 */
export function renderSvg(
  chart: Chart,
  theme: ChartTheme,
  size: { readonly width: number },
  id: string,
): string {
  const instance = init(null, null, {
    renderer: 'svg',
    ssr: true,
    width: size.width,
    height: chart.height,
  });
  try {
    const { tooltip: _, ...still } = chart.option;
    instance.setOption(still);
    return forPage(instance.renderToSVGString({ useViewBox: true }), theme, id);
  } finally {
    instance.dispose();
  }
}

function forPage(svg: string, theme: ChartTheme, id: string): string {
  let page = svg
    .replace(/<style ?>.*?<\/style>/gs, '')
    .replace(/ style="([^"]*)"/g, (_, style: string) => presentationAttributes(style))
    .replace(/ (class|ecmeta_[a-z_]+|xml:space|pointer-events|baseProfile|version|xmlns:xlink)="[^"]*"/g, '')
    .replace(/(["#(])zr\d+-/g, `$1${id}-`)
    .replace(/<rect width="[^"]*" height="[^"]*" x="0" y="0" fill="(none|transparent)"[^>]*><\/rect>\n?/, '')
    .replace(
      /^<svg[^>]*?(viewBox="[^"]*")[^>]*>/,
      '<svg $1 xmlns="http://www.w3.org/2000/svg" aria-hidden="true" focusable="false">',
    );
  for (const [name, color] of Object.entries(themeVariables(theme)))
    page = page.replaceAll(`"${color}"`, `"var(--${name}, ${color})"`);
  return page.replace(/\n/g, '');
}

/** 'font-size:12px;font-weight:bold' as attributes, which mean the same and need no leave of the policy. */
function presentationAttributes(style: string): string {
  return style
    .split(';')
    .map((declaration) => /^\s*([a-z-]+)\s*:\s*(.+?)\s*$/.exec(declaration))
    .filter((match) => match !== null)
    .map(([, name, value]) => ` ${name}="${value}"`)
    .join('');
}
