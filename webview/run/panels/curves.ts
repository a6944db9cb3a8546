import { html } from 'lit';
import type { CurveGroup } from '../../compare/curves-model.ts';
import '../../compare/curves-panel.ts';
import { remembered } from '../../state/remembered.ts';
import { panel } from '../panel.ts';

export const curvesPanel = panel({
  id: 'curves',
  title: 'Curves',
  needs: [],
  draw: (_, { dashboard, row: { id, name, strategy }, variant }) =>
    html`<distillery-curves .dashboard=${dashboard} .groups=${groups(id, name, strategy, variant)}></distillery-curves>`,
});

/** The same list for the same run: for another one, all curves would be asked for anew. */
const groups = remembered(
  (run: string, label: string, strategy: string, variant: number): readonly CurveGroup[] => [
    { label, strategy, variant, runs: [run] },
  ],
);
