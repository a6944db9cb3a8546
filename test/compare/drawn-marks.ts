import { curvesChart } from '../../src/compare/charts/curves-chart.ts';
import { lightTheme } from '../../src/compare/charts/drawing/chart-theme.ts';

/** Of a picture, in pixels. */
export const size = { width: 540 };

/** Curves that end at 40 % or at 8 %. */
export const accuracies = (ends: 'high' | 'low', logarithmic: boolean) =>
  curvesChart(
    {
      ...{ metric: 'accuracy', percent: true, xLabel: 'epoch', logarithmic },
      curves: ['a', 'b'].map((label) => ({
        ...{ label, strategy: 'direct' },
        points: (ends === 'high' ? [0.08, 0.3, 0.4] : [0.4, 0.1, 0.08]).map((mean, x) => ({ x, mean })),
      })),
    },
    lightTheme,
    size,
  );
