import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { button, checkbox, dropdown } from '../parts/controls.ts';
import { Part } from '../parts/part.ts';
import { emptyState } from '../parts/states.ts';
import type { Dashboard } from '../state/dashboard.ts';
import { type SavedView, sameSettings, settingsOf } from '../state/saved-views.ts';
import type { Grouping, OverviewState } from '../state/view-state.ts';
import './column-chooser.ts';
import './filter-field.ts';
import type { GridEvents } from './grid-layout.ts';
import './run-grid.ts';
import './saved-views-dialog.ts';
import { type Change, selection, sorting, valueFilters } from './overview-bars.ts';
import { keepOrder, type Line, sortBy } from './rows-model.ts';
import { type Table, TableModel } from './table-model.ts';

const groupingLabels: Readonly<Record<Grouping, string>> = {
  none: 'no groups',
  seeds: 'seeds',
  experiment: 'experiment',
  strategy: 'strategy',
  data: 'data',
  tag: 'tag',
};

/** All runs: filter, sort, group, choose columns, select and go on to compare. */
@customElement('distillery-overview')
export class OverviewView extends Part {
  @property({ attribute: false }) dashboard!: Dashboard;
  @state() private choosing = false;
  @state() private managing = false;
  #reading = false;
  readonly #narrow = window.matchMedia('(max-width: 640px)');
  readonly #onNarrow = () => this.requestUpdate();
  readonly #table = new TableModel((row) => this.dashboard.store.configOf(row));
  #lines: readonly Line[] = [];
  #order = '';
  #stop: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = [
      this.dashboard.subscribe(() => this.requestUpdate()),
      this.dashboard.store.subscribe(() => this.requestUpdate()),
      () => this.#narrow.removeEventListener('change', this.#onNarrow),
    ];
    this.#narrow.addEventListener('change', this.#onNarrow);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stop) stop();
  }

  protected override render() {
    const { store, view } = this.dashboard;
    const { overview } = view;
    if (store.rows.length === 0)
      return emptyState(
        'No runs yet',
        'Write an experiment file, start it, and its runs appear here while they train. The sample project has some to start with.',
        html`<div class="toolbar">
          ${button('New Experiment', () => this.dashboard.host.command('newExperiment', {}), { primary: true })}
          ${button('Create Sample Project', () => this.dashboard.host.command('createSampleProject', {}))}
        </div>`,
      );
    const table = this.#table.of(store.rows, overview, this.#narrow.matches);
    const { all, chosen, columns, filtered } = table;
    this.#lines = this.#settled(table.lines, overview);
    return html`${this.#toolbar(overview, table)}
      ${
        filtered.length === 0
          ? emptyState(
              'No run matches',
              'None of the runs passes the filters.',
              button('Clear Filters', () => this.#set({ filter: '', values: {} })),
            )
          : html`<distillery-run-grid
            .lines=${this.#lines}
            .columns=${columns}
            .pinned=${table.pinned}
            .sort=${overview.sort}
            .own=${overview.widths}
            .selected=${table.selection}
            .configOf=${this.#table.configOf}
            .variantOf=${this.#table.variantOf}
            .events=${this.#events}
          ></distillery-run-grid>`
      }
      ${
        this.choosing
          ? html`<distillery-column-chooser
            .all=${all}
            .shown=${chosen.map((column) => column.key)}
            .pinned=${overview.pinned}
            .onChoose=${(keys: readonly string[] | null, pinned: readonly string[]) =>
              this.#set({ columns: keys, pinned })}
            .onClose=${() => {
              this.choosing = false;
            }}
          ></distillery-column-chooser>`
          : nothing
      }
      ${
        this.managing
          ? html`<distillery-saved-views
            .views=${this.dashboard.savedViews}
            .current=${settingsOf(overview)}
            .onChange=${(views: readonly SavedView[]) => this.dashboard.saveViews(views)}
            .onShow=${({ settings }: SavedView) => this.#set(settings)}
            .onClose=${() => {
              this.managing = false;
            }}
          ></distillery-saved-views>`
          : nothing
      }`;
  }

  /** The saved views to choose from; the one that is shown is named as long as nothing of it is changed. */
  #views(overview: OverviewState): TemplateResult {
    const views = this.dashboard.savedViews;
    const manage = () => {
      this.managing = true;
    };
    if (views.length === 0) return button('Save View …', manage);
    const now = settingsOf(overview);
    const shown = views.find(({ settings }) => sameSettings(settings, now));
    const choices = views.map(({ name }, index) => ({ value: String(index), label: name }));
    const change = (value: string) => {
      const view = views[Number(value)];
      if (view) this.#set(view.settings);
    };
    return html`${dropdown(
      'View',
      [...(shown ? [] : [{ value: '', label: 'not saved' }]), ...choices],
      shown ? String(views.indexOf(shown)) : '',
      (value) => value !== '' && change(value),
    )}
    ${button('Views …', manage)}`;
  }

  readonly #onFilter = (filter: string) => this.#set({ filter });

  #toolbar(
    overview: OverviewState,
    { rows, all, filtered, selected, groups, running, problems }: Table,
  ): TemplateResult {
    const active = Object.values(overview.values).reduce((sum, values) => sum + values.length, 0);
    const open = overview.filtersOpen;
    const count =
      filtered.length === rows.length
        ? `${rows.length.toLocaleString('en-US')} ${rows.length === 1 ? 'run' : 'runs'}`
        : `${filtered.length.toLocaleString('en-US')} of ${rows.length.toLocaleString('en-US')} runs`;
    return html`<div class="toolbar" role="toolbar" aria-label="Runs">
        <distillery-filter-field
          class="search"
          .value=${overview.filter}
          .problems=${problems}
          .columns=${all}
          .rows=${rows}
          .configOf=${this.#table.configOf}
          .onInput=${this.#onFilter}
        ></distillery-filter-field>
        ${this.#views(overview)}
        ${dropdown(
          'Group by',
          Object.entries(groupingLabels).map(([value, label]) => ({ value, label })),
          overview.grouping,
          (grouping) => this.#set({ grouping: grouping as Grouping }),
        )}
        ${checkbox('Only what varies', overview.varyingOnly, (varyingOnly) => this.#set({ varyingOnly }))}
        ${button('Columns', () => {
          this.choosing = true;
        })}
        ${
          groups.length > 0
            ? html`<button
                type="button"
                class="quiet"
                aria-expanded=${open}
                @click=${() => this.#set({ filtersOpen: !open })}
              >
                ${open ? 'Fewer filters' : active > 0 ? `Filters (${active})` : 'Filters'}
              </button>`
            : nothing
        }
        <span class="spacer"></span>
        <span class="count-text" role="status">${count}${running > 0 ? `, ${running} running` : ''}</span>
      </div>
      <div id="filter-problems" role="status">
        ${problems.map((problem) => html`<p class="message">${problem}</p>`)}
      </div>
      ${open ? valueFilters(overview, groups, this.#set) : nothing} ${sorting(overview, all, this.#set)}
      ${selection(this.dashboard, selected, this.#set)}`;
  }

  /** The lines in the order asked for, unless somebody reads them and only the runs have changed. */
  #settled(now: readonly Line[], overview: OverviewState): readonly Line[] {
    const order = JSON.stringify([
      overview.sort,
      overview.filter,
      overview.values,
      overview.grouping,
      overview.collapsed,
    ]);
    const same = order === this.#order;
    this.#order = order;
    return same && this.#reading ? keepOrder(this.#lines, now) : now;
  }

  readonly #set: Change = (change) =>
    this.dashboard.set({ overview: { ...this.dashboard.view.overview, ...change } });

  readonly #events: GridEvents = {
    onSort: (column, add) => this.#set({ sort: sortBy(this.dashboard.view.overview.sort, column, add) }),
    onResize: (column, width) => {
      const { [column]: _, ...others } = this.dashboard.view.overview.widths;
      this.#set({ widths: width === null ? others : { ...others, [column]: width } });
    },
    onSelect: (runs, on) => {
      const before = this.dashboard.view.overview.selected;
      const others = before.filter((id) => !runs.includes(id));
      this.#set({ selected: on ? [...others, ...runs] : others });
    },
    onOpen: (run) => this.dashboard.navigate({ view: 'run', run }),
    onToggle: (group) => {
      const before = this.dashboard.view.overview.collapsed;
      this.#set({
        collapsed: before.includes(group) ? before.filter((one) => one !== group) : [...before, group],
      });
    },
    onCopy: (text) => this.dashboard.host.command('copy', { text }),
    onReading: (reading) => {
      if (this.#reading === reading) return;
      this.#reading = reading;
      if (!reading) this.requestUpdate();
    },
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'distillery-overview': OverviewView;
  }
}
