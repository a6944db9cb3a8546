import { html } from 'lit';
import type { Draw } from '../../../src/compare/charts/drawing/chart-frame.ts';
import '../../charts/chart-card.ts';
import { inEvenRows } from '../../parts/even-rows.ts';
import type { Facts } from '../../protocol/detail.ts';
import { remembered } from '../../state/remembered.ts';
import { panel } from '../panel.ts';
import { runCharts } from '../run-charts.ts';

export const chartsPanel = panel({
  id: 'charts',
  title: 'Measured at the end',
  needs: ['models', 'disagreement'],
  draw({ models, disagreement }, { dashboard, row, variant }) {
    const draws = drawsOf(models, disagreement, row.strategy, variant);
    return draws.length === 0
      ? undefined
      : html`<div class="charts" ${inEvenRows(440)}>
          ${draws.map((draw) => html`<distillery-chart .host=${dashboard.host} .draw=${draw}></distillery-chart>`)}
        </div>`;
  },
});

/** Drawn anew only for new figures, not for each update of the page. */
const drawsOf = remembered(
  (
    models: Facts['models'],
    disagreement: Facts['disagreement'],
    strategy: string,
    variant: number,
  ): readonly Draw[] => runCharts({ models, disagreement }, strategy, variant),
);
