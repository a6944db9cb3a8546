import type { TemplateResult } from 'lit';
import type { Facts, RunDetail } from '../protocol/detail.ts';
import type { RunRow } from '../protocol/rows.ts';
import type { Dashboard } from '../state/dashboard.ts';

/** The run that is shown, and where. */
export interface Shown {
  readonly dashboard: Dashboard;
  readonly row: RunRow;
  /** Tells the colours of runs of one strategy apart. */
  readonly variant: number;
}

interface PanelRecord<Need extends keyof Facts> {
  readonly id: string;
  readonly title: string;
  /** The facts that it draws; it is given these and no others. */
  readonly needs: readonly Need[];
  /** Two of these in a row stand beside each other. */
  readonly half?: true;
  /** @returns undefined where there is nothing to show: then the title is left out too. */
  draw(facts: Pick<Facts, Need>, shown: Shown): TemplateResult | undefined;
}

/** A panel of the run page; {@link panels} lists all of them. */
export interface Panel extends Pick<PanelRecord<never>, 'id' | 'title' | 'half'> {
  draw(detail: RunDetail, shown: Shown): TemplateResult | undefined;
}

export const panel = <Need extends keyof Facts>({ needs, draw, ...record }: PanelRecord<Need>): Panel => ({
  ...record,
  draw: (detail, shown) =>
    draw(
      Object.fromEntries(needs.map((need) => [need, detail[need]])) as unknown as Pick<Facts, Need>,
      shown,
    ),
});
