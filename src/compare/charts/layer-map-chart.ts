import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemReturn } from 'echarts';
import { inOrder, type LayerReference } from '../../experiment/strategies/layer-reference.ts';
import type { LayerLoss, LayerTerm } from '../figures/layer-losses.ts';
import { formatNumber, formatPercent, missing } from '../formatting.ts';
import { type Chart, frame, short } from './drawing/chart-frame.ts';
import { type ChartTheme, type Coloured, strategyColor } from './drawing/chart-theme.ts';

export interface LayerMapInput extends Coloured, LayerTerm {
  readonly label: string;
}

/** More layers than this are shown only where they take part. */
const most = 24;
const box = { width: 74, height: 24 };
const rowHeight = 40;
/** Where along a line its loss is written, from the student's side: there lines are still apart. */
const labelAt = 0.36;

const nameOf = (layer: LayerReference): string =>
  layer === 0 ? 'input' : typeof layer === 'number' ? `layer ${layer}` : layer;

/** As much as fits into a box; what tells names of a graph apart stands at their end. */
const boxName = (layer: LayerReference): string => {
  const name = nameOf(layer);
  return name.length > 12 ? `…${name.slice(-11)}` : name;
};

/** Which layer of the teacher teaches which of the student, and how far apart they were at the end. */
export function layerMapChart(
  input: LayerMapInput,
  theme: ChartTheme,
  _size: { readonly width: number },
): Chart {
  const { pairs } = input;
  const sides = { student: layersOf(pairs, 'student'), teacher: layersOf(pairs, 'teacher') };
  const rows = Math.max(sides.student.length, sides.teacher.length, 1);
  const largest = Math.max(...pairs.map(({ last }) => last), Number.MIN_VALUE);
  const color = strategyColor(theme, input);
  const place = (side: 'student' | 'teacher', layer: LayerReference) =>
    (sides[side].indexOf(layer) + 0.5) / sides[side].length;
  const far = pairs.reduce<LayerLoss | undefined>(
    (worst, pair) => (worst === undefined || pair.last > worst.last ? pair : worst),
    undefined,
  );
  const text = (api: CustomSeriesRenderItemAPI, at: number[], words: string, style: object) => {
    const [x, y] = api.coord(at);
    return {
      type: 'text' as const,
      silent: true,
      style: { text: words, x: x!, y: y!, fontFamily: theme.font, fontSize: 11, ...style },
    };
  };
  const node = (
    api: CustomSeriesRenderItemAPI,
    side: 'student' | 'teacher',
    layer: LayerReference,
  ): CustomSeriesRenderItemReturn => {
    const at = [side === 'student' ? 0 : 1, place(side, layer)];
    const [x, y] = api.coord(at);
    const taught = pairs.some((pair) => pair[side] === layer);
    const left = side === 'student' ? x! : x! - box.width;
    return {
      type: 'group',
      silent: true,
      children: [
        {
          type: 'rect',
          shape: { x: left, y: y! - box.height / 2, width: box.width, height: box.height, r: 5 },
          style: {
            fill: theme.surface,
            stroke: taught ? (side === 'student' ? color : theme.strategies.teacher!) : theme.line,
            lineWidth: taught ? 1.5 : 1,
          },
        },
        {
          type: 'text',
          style: {
            text: boxName(layer),
            x: left + box.width / 2,
            y: y!,
            align: 'center',
            verticalAlign: 'middle',
            fontFamily: theme.font,
            fontSize: 11,
            fill: taught ? theme.text : theme.muted,
          },
        },
      ],
    };
  };
  const line = (api: CustomSeriesRenderItemAPI, pair: LayerLoss): CustomSeriesRenderItemReturn => {
    const from = api.coord([0, place('student', pair.student)]);
    const to = api.coord([1, place('teacher', pair.teacher)]);
    const [x1, x2] = [from[0]! + box.width, to[0]! - box.width];
    const share = pair.last / largest;
    return {
      type: 'line',
      shape: { x1, y1: from[1]!, x2, y2: to[1]! },
      style: { stroke: theme.heat, lineWidth: 1 + 4 * share, opacity: 0.35 + 0.65 * share },
    };
  };
  const label = (api: CustomSeriesRenderItemAPI, pair: LayerLoss): CustomSeriesRenderItemReturn => {
    const from = api.coord([0, place('student', pair.student)]);
    const to = api.coord([1, place('teacher', pair.teacher)]);
    const [x1, x2] = [from[0]! + box.width, to[0]! - box.width];
    return {
      type: 'text',
      silent: true,
      style: {
        text: formatNumber(pair.last),
        x: x1 + (x2 - x1) * labelAt,
        y: from[1]! + (to[1]! - from[1]!) * labelAt,
        align: 'center',
        verticalAlign: 'middle',
        fontFamily: theme.font,
        fontSize: 11,
        fill: theme.text,
        backgroundColor: theme.surface,
        padding: [1, 4],
      },
    };
  };
  const drawn: ((api: CustomSeriesRenderItemAPI) => CustomSeriesRenderItemReturn)[] = [
    ...pairs.map((pair) => (api: CustomSeriesRenderItemAPI) => line(api, pair)),
    ...pairs.map((pair) => (api: CustomSeriesRenderItemAPI) => label(api, pair)),
    ...(['student', 'teacher'] as const).flatMap((side) => [
      ...sides[side].map((layer) => (api: CustomSeriesRenderItemAPI) => node(api, side, layer)),
      (api: CustomSeriesRenderItemAPI) =>
        text(api, [side === 'student' ? 0 : 1, 0], side, {
          align: side === 'student' ? 'left' : 'right',
          verticalAlign: 'bottom',
          fill: theme.muted,
        }),
    ]),
  ];
  const axis = { type: 'value' as const, show: false, min: 0, max: 1 };
  return {
    title: `Layers, ${short(input.term, 30)}: ${short(input.label, 60)}`,
    caption: 'Which layer learns from which; the number, and the width of the line, is the loss at the end.',
    description:
      far === undefined
        ? 'No loss of a pair of layers is known yet.'
        : `${pairs.length} ${pairs.length === 1 ? 'pair' : 'pairs'} of layers; furthest apart are ${nameOf(far.student)} of the student and ${nameOf(far.teacher)} of the teacher (${formatNumber(far.last)}).`,
    height: 34 + rows * rowHeight,
    columns: ['Student', 'Teacher', 'Loss at first', 'Loss at the end', 'Change'],
    rows: pairs.map(({ student, teacher, first, last }) => [
      nameOf(student),
      nameOf(teacher),
      formatNumber(first),
      formatNumber(last),
      first > 0 ? formatPercent((last - first) / first, 0) : missing,
    ]),
    option: {
      ...frame(theme, { top: 22, bottom: 4, left: 2, right: 2 }),
      xAxis: axis,
      yAxis: { ...axis, inverse: true },
      series: [
        {
          type: 'custom',
          silent: true,
          data: drawn.map((_, index) => [0, 0, index]),
          encode: { x: 0, y: 1 },
          renderItem: ({ dataIndex }, api) => drawn[dataIndex]!(api),
        },
      ],
    },
  };
}

/** All layers up to the last that takes part, or only those that do where they are many. */
function layersOf(pairs: readonly LayerLoss[], side: 'student' | 'teacher'): LayerReference[] {
  const taking = inOrder([...new Set(pairs.map((pair) => pair[side]))]);
  const numbers = taking.filter((layer) => typeof layer === 'number');
  const last = numbers.at(-1) ?? 0;
  if (last > most || numbers.length === 0) return taking;
  const first = taking[0] === 0 ? 0 : 1;
  const all = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
  return [...all, ...taking.filter((layer) => typeof layer === 'string')];
}
