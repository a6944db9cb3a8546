import type { SeriesOption } from 'echarts';
import { textWidth } from '../../reports/text-width.ts';
import type { ChartTheme } from './chart-theme.ts';
import { nearest, placeLabels, type Rect } from './label-layout.ts';

/** A marker at a place on the axes, with what it is called. */
export interface MarkerLabel {
  readonly at: readonly [number, number];
  readonly text: string;
  readonly size: number;
  readonly color: string;
  /** The lowest and highest value of its whisker, which its label had better not cover. */
  readonly whisker?: readonly [number, number] | undefined;
}

/** Pixels from a marker's middle to its edge. */
const radius = 7;

/**
 * Names beside markers, none over another. The first are placed first; one that finds no place is left out.
 * @param lines upright and level lines of the picture, which a name had better not cover
 */
export function markerLabels(
  labels: readonly MarkerLabel[],
  theme: ChartTheme,
  lines: readonly (readonly [readonly [number, number], readonly [number, number]])[] = [],
): SeriesOption {
  return {
    type: 'custom',
    silent: true,
    clip: false,
    z: 5,
    // One item draws all: each must know of the others.
    data: labels.slice(0, 1).map(({ at }) => [...at]),
    renderItem: (params, api) => {
      const plot = params.coordSys as unknown as Rect;
      const markers = labels.map(({ at, text, size }) => {
        const [x, y] = api.coord([...at]);
        return {
          ...{ x: x!, y: y!, radius },
          width: textWidth(text, `${size}px sans-serif`) + 4,
          height: size + 3,
        };
      });
      const obstacles = labels.flatMap(({ at, whisker }) => {
        if (!whisker) return [];
        const [x, low] = api.coord([at[0], whisker[0]]);
        const [, high] = api.coord([at[0], whisker[1]]);
        return [{ x: x! - 4, y: Math.min(low!, high!), width: 8, height: Math.abs(low! - high!) }];
      });
      for (const [from, to] of lines) {
        const [x1, y1] = api.coord([...from]);
        const [x2, y2] = api.coord([...to]);
        obstacles.push({
          ...{ x: Math.min(x1!, x2!) - 1, y: Math.min(y1!, y2!) - 1 },
          ...{ width: Math.abs(x1! - x2!) + 2, height: Math.abs(y1! - y2!) + 2 },
        });
      }
      const bounds = {
        x: plot.x,
        y: 2,
        width: api.getWidth() - plot.x - 2,
        height: plot.y + plot.height - 2,
      };
      return {
        type: 'group',
        children: placeLabels(markers, bounds, obstacles).flatMap((place, index) => {
          if (place === null) return [];
          const { text, size, color } = labels[index]!;
          const { x, y } = markers[index]!;
          const end = nearest(place, { x, y });
          const line = {
            type: 'line' as const,
            shape: { x1: x, y1: y, x2: end.x, y2: end.y },
            style: { stroke: theme.muted, lineWidth: 1, opacity: 0.8 },
            z2: 0,
          };
          const name = {
            type: 'text' as const,
            style: {
              ...{ text, fill: color, x: place.x + 2, y: place.y + place.height / 2 },
              // What lies behind a name ends a little before it.
              ...{ backgroundColor: theme.surface, padding: [1, 2] },
              font: `${size}px ${theme.font}`,
              align: 'left' as const,
              verticalAlign: 'middle' as const,
            },
            z2: 1,
          };
          return place.led ? [line, name] : [name];
        }),
      };
    },
  };
}
