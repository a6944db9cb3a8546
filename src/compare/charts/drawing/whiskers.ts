import type { SeriesOption } from 'echarts';

/** A horizontal or vertical range with caps; `at` is the position on the other axis. */
export interface Whisker {
  readonly at: number;
  readonly low: number;
  readonly high: number;
  readonly color: string;
}

/** Error bars: standard deviations and intervals. */
export function whiskers(
  list: readonly Whisker[],
  orientation: 'horizontal' | 'vertical',
  width = 1.5,
): SeriesOption {
  const horizontal = orientation === 'horizontal';
  return {
    type: 'custom',
    silent: true,
    z: 3,
    data: list.map(({ at, low, high }) => [at, low, high]),
    encode: horizontal ? { x: [1, 2], y: 0 } : { x: 0, y: [1, 2] },
    renderItem: (params, api) => {
      const at = api.value(0);
      const [low, high] = [api.value(1), api.value(2)];
      const from = api.coord(horizontal ? [low, at] : [at, low]);
      const to = api.coord(horizontal ? [high, at] : [at, high]);
      const cap = 4;
      const [across, along] = horizontal ? [0, cap] : [cap, 0];
      const style = { stroke: list[params.dataIndex]!.color, lineWidth: width, fill: 'none' };
      const line = (a: number[], b: number[]) => ({
        type: 'line' as const,
        shape: { x1: a[0]!, y1: a[1]!, x2: b[0]!, y2: b[1]! },
        style,
      });
      const shift = (point: number[], sign: number) => [point[0]! + sign * across, point[1]! + sign * along];
      return {
        type: 'group',
        children: [line(from, to), line(shift(from, -1), shift(from, 1)), line(shift(to, -1), shift(to, 1))],
      };
    },
  };
}
