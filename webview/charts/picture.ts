import {
  BarChart,
  type BarSeriesOption,
  CustomChart,
  type CustomSeriesOption,
  LineChart,
  type LineSeriesOption,
  ScatterChart,
  type ScatterSeriesOption,
} from 'echarts/charts';
import { GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import { type ComposeOption, type ECharts, init, use } from 'echarts/core';
import { LabelLayout } from 'echarts/features';
import { SVGRenderer } from 'echarts/renderers';

use([
  BarChart,
  CustomChart,
  LineChart,
  ScatterChart,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TooltipComponent,
  LabelLayout,
  SVGRenderer,
]);

export type PictureOption = ComposeOption<
  BarSeriesOption | LineSeriesOption | ScatterSeriesOption | CustomSeriesOption
>;
export type Picture = ECharts;

/** A picture in an element of the page, as SVG. */
export function createPicture(element: HTMLElement, width: number, height: number): Picture {
  return init(element, null, { renderer: 'svg', width, height });
}

/** The picture as a file: SVG text with its own background, so that it can stand anywhere. */
export function svgOf(element: HTMLElement, background: string): string {
  const svg = element.querySelector('svg')!.cloneNode(true) as SVGSVGElement;
  const width = svg.getAttribute('width') ?? '600';
  const height = svg.getAttribute('height') ?? '400';
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  svg.setAttribute('viewBox', `0 0 ${Number.parseFloat(width)} ${Number.parseFloat(height)}`);
  const ground = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  ground.setAttribute('width', '100%');
  ground.setAttribute('height', '100%');
  ground.setAttribute('fill', background);
  svg.prepend(ground);
  svg.removeAttribute('style');
  return new XMLSerializer().serializeToString(svg);
}

/** The same as PNG, base64, at twice the size for print. */
export async function pngOf(svg: string, width: number, height: number): Promise<string> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = width * 2;
  canvas.height = height * 2;
  canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/png').split(',')[1]!;
}
