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
import {
  DataZoomInsideComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TooltipComponent,
  type TooltipComponentOption,
} from 'echarts/components';
import { type ComposeOption, connect, type ECharts, init, use } from 'echarts/core';
import { LabelLayout } from 'echarts/features';
import { SVGRenderer } from 'echarts/renderers';

use([
  BarChart,
  CustomChart,
  LineChart,
  ScatterChart,
  DataZoomInsideComponent,
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
export type TooltipPosition = Extract<
  NonNullable<TooltipComponentOption['position']>,
  (...all: never[]) => unknown
>;

/** A picture in an element of the page, as SVG. */
export function createPicture(element: HTMLElement, width: number, height: number): Picture {
  return init(element, null, { renderer: 'svg', width, height });
}

/** A part of a horizontal axis, in percent of the whole. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export const whole: Span = { start: 0, end: 100 };

/** Joins a picture to others of its axis: where the pointer is in one, each shows its values there. */
export function join(picture: Picture, group: string): void {
  picture.group = group;
  connect(group);
}

/** With the wheel and Control one looks closer at a part of the axis, and moves it by dragging; the wheel alone scrolls the page. */
export const zoomOption = (span: Span) => ({
  dataZoom: [
    {
      type: 'inside' as const,
      ...{ start: span.start, end: span.end, minSpan: 1 },
      zoomOnMouseWheel: 'ctrl' as const,
      moveOnMouseMove: true,
      moveOnMouseWheel: false,
      preventDefaultMouseMove: false,
      // Lines go on to the edges; the vertical axis is told what of it is seen.
      filterMode: 'none' as const,
    },
  ],
});

/** Tells when somebody looks at another part. */
export function onZoom(picture: Picture, listener: (span: Span) => void): void {
  picture.on('datazoom', () => {
    const [zoom] = (picture.getOption() as { dataZoom?: Partial<Span>[] }).dataZoom ?? [];
    if (zoom?.start !== undefined && zoom.end !== undefined) listener({ start: zoom.start, end: zoom.end });
  });
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
