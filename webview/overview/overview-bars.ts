// The bars under the toolbar of the runs: what they are sorted by, filters by value, and what is done with those selected.
import { html, nothing, type TemplateResult } from 'lit';
import { isActive } from '../../src/worker/directory/run-states.ts';
import { button, quietButton } from '../parts/controls.ts';
import type { Dashboard } from '../state/dashboard.ts';
import type { OverviewState } from '../state/view-state.ts';
import type { Column } from './columns.ts';
import type { FilterGroup } from './table-model.ts';

/** Takes over what of the overview's state is changed. */
export type Change = (change: Partial<OverviewState>) => void;

/** The keys that the runs are sorted by, in their order: columns may be out of sight. */
export function sorting(
  { sort }: OverviewState,
  all: readonly Column[],
  change: Change,
): TemplateResult | typeof nothing {
  const keys = sort.flatMap((key) => {
    const column = all.find((one) => one.key === key.column);
    return column ? [{ ...key, label: column.label }] : [];
  });
  if (keys.length < 2) return nothing;
  return html`<span class="sorting" role="group" aria-label="Sorted by"
    ><span class="label">Sorted by</span>
    ${keys.map(
      ({ column, label, descending }) => html`<button
        type="button"
        class="chip filter"
        title="Sort by it no longer"
        aria-label="${label}, ${descending ? 'descending' : 'ascending'}: sort by it no longer"
        @click=${() => change({ sort: sort.filter((one) => one.column !== column) })}
      >
        ${label} ${descending ? '↓' : '↑'} ✕
      </button>`,
    )}</span
  >`;
}

/** Every value that runs can be picked by. */
export function valueFilters(
  overview: OverviewState,
  groups: readonly FilterGroup[],
  change: Change,
): TemplateResult {
  const any = Object.values(overview.values).some((values) => values.length > 0);
  return html`<div class="filters" role="group" aria-label="Filter by value">
    ${groups.map(
      ({ key, values }) => html`<span class="filter-group" role="group" aria-label=${key}>
        <span class="label" aria-hidden="true">${key}</span>
        ${values.map((value) => {
          const on = (overview.values[key] ?? []).includes(value);
          return html`<button
            type="button"
            class="chip filter"
            aria-pressed=${on}
            @click=${() => change(toggled(overview, key, value))}
          >
            <bdi>${value.slice(0, 40)}</bdi>
          </button>`;
        })}
      </span>`,
    )}
    ${any ? quietButton('Clear', () => change({ values: {} }), 'Clear the filters by value') : nothing}
  </div>`;
}

function toggled(overview: OverviewState, key: string, value: string): Partial<OverviewState> {
  const before = overview.values[key] ?? [];
  const after = before.includes(value) ? before.filter((one) => one !== value) : [...before, value];
  return { values: { ...overview.values, [key]: after } };
}

/** What can be done with the runs that are selected. */
export function selection(dashboard: Dashboard, selected: readonly string[], change: Change): TemplateResult {
  const { host } = dashboard;
  const rows = selected.map((id) => dashboard.store.runs.get(id)!);
  const active = rows.some(({ state }) => isActive(state));
  const resumable = rows.some((row) => row.resumable);
  if (selected.length === 0)
    return html`<p class="hint">Select runs to compare them. Enter opens a run, Space selects it.</p>`;
  return html`<div class="selection" role="toolbar" aria-label="Selected runs">
    <span>${selected.length} selected</span>
    ${button('Compare', () => dashboard.navigate({ view: 'compare', runs: selected }), {
      primary: true,
    })}
    ${button('Stop', () => host.command('stop', { runs: selected }), { disabled: !active })}
    ${button('Resume', () => host.command('resume', { runs: selected }), { disabled: !resumable })}
    ${button('Remove', () => host.command('remove', { runs: selected }))}
    ${button('Save CSV', () => host.command('saveReport', { runs: selected, format: 'csv' }))}
    ${quietButton('Select none', () => change({ selected: [] }))}
  </div>`;
}
