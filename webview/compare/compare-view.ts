import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Draw } from '../../src/compare/charts/chart-frame.ts';
import { classCharts } from '../../src/compare/charts/class-charts.ts';
import { candidateCharts, comparisonCharts } from '../../src/compare/charts/comparison-charts.ts';
import { type SharedPrompt, sharedPrompts } from '../../src/compare/continuations.ts';
import '../charts/chart-card.ts';
import type { HostError } from '../host/host.ts';
import { continuationList } from '../parts/continuations.ts';
import { button, dropdown, quietButton } from '../parts/controls.ts';
import { Part } from '../parts/part.ts';
import { emptyState, errorState, loadingState } from '../parts/states.ts';
import type { ComparisonData } from '../protocol.ts';
import { comparisonAsked } from '../state/asked.ts';
import type { Dashboard } from '../state/dashboard.ts';
import { variantsOf } from '../state/variants.ts';
import { adviceList } from './advice-list.ts';
import { baselinesOf } from './baseline.ts';
import { candidatesTable, differencesTable } from './compare-tables.ts';
import { comparisonTable } from './comparison-table.ts';
import './curves-panel.ts';
import { verdictCards } from './verdict-cards.ts';

/** Chosen runs against each other: verdicts, figures with differences, pictures, curves, settings, advice. */
@customElement('distillery-compare')
export class CompareView extends Part {
  @property({ attribute: false }) dashboard!: Dashboard;
  @property({ attribute: false }) runs: readonly string[] = [];
  @state() private comparison: ComparisonData | undefined;
  @state() private failure: HostError | undefined;
  #asked = '';
  #drawn:
    | {
        comparison: ComparisonData;
        charts: readonly Draw[];
        classes: readonly Draw[];
        candidates: readonly Draw[];
        prompts: readonly SharedPrompt[];
      }
    | undefined;
  #stop: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = [
      this.dashboard.subscribe(() => this.requestUpdate()),
      this.dashboard.store.subscribe(() => this.requestUpdate()),
    ];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stop) stop();
    this.dashboard.host.command('watch', { runs: [] });
    this.#asked = '';
  }

  protected override willUpdate(): void {
    const { store } = this.dashboard;
    if (!store.loaded) return;
    // Oldest first, so that the order does not depend on how the runs were picked.
    const there = this.runs
      .filter((id) => store.runs.has(id))
      .sort((a, b) => store.runs.get(a)!.createdAt - store.runs.get(b)!.createdAt);
    const asked = comparisonAsked(there.map((id) => store.runs.get(id)!));
    if (asked === this.#asked) return;
    this.#asked = asked;
    if (there.length === 0) return;
    this.dashboard.host.request('compare', { runs: there }).then(
      (comparison) => {
        if (this.#asked !== asked) return;
        this.comparison = this.#coloured(comparison);
        this.failure = undefined;
      },
      (error: HostError) => {
        this.failure = error;
      },
    );
  }

  protected override render() {
    const there = this.runs.filter((id) => this.dashboard.store.runs.has(id));
    if (there.length === 0)
      return emptyState(
        'Nothing to compare',
        'The runs that were chosen are not there any more.',
        button('All Runs', () => this.dashboard.navigate({ view: 'overview' }), { primary: true }),
      );
    if (this.comparison === undefined)
      return this.failure
        ? errorState(
            this.failure.message,
            this.failure.remedy,
            button('Try Again', () => this.#retry(), { primary: true }),
          )
        : loadingState('Comparing …');
    return this.#content(this.comparison, there);
  }

  #content(comparison: ComparisonData, there: readonly string[]): TemplateResult {
    const baselines = baselinesOf(comparison);
    const wanted = this.dashboard.view.baseline;
    const baseline = baselines.find((one) => one.key === wanted) ?? baselines[0];
    const { host } = this.dashboard;
    const gone = this.runs.length - there.length;
    const save = (format: 'html' | 'csv' | 'markdown' | 'latex' | 'json') => () =>
      host.command('saveReport', { runs: there, format });
    const { charts, classes, candidates, prompts } = this.#pictures(comparison);
    return html`<div class="toolbar" role="toolbar" aria-label="Comparison">
        ${
          baseline
            ? dropdown(
                'Baseline',
                baselines.map(({ key, label }) => ({ value: key, label: label.slice(0, 80) })),
                baseline.key,
                (key) => this.dashboard.set({ baseline: key }),
              )
            : nothing
        }
        <span class="spacer"></span>
        ${quietButton('Copy Markdown', () => void this.#copy(there))}
        ${quietButton('HTML report', save('html'), 'Save as HTML report')}
        ${quietButton('CSV', save('csv'), 'Save as CSV')}
        ${quietButton('Markdown', save('markdown'), 'Save as Markdown')}
        ${quietButton('LaTeX', save('latex'), 'Save as LaTeX table')}
        ${quietButton('JSON', save('json'), 'Save as JSON')}
      </div>
      ${gone > 0 ? html`<p class="hint" role="status">${gone} of the chosen runs ${gone === 1 ? 'has' : 'have'} been removed.</p>` : nothing}
      <section aria-labelledby="verdicts"><h2 id="verdicts">Was distillation worth it?</h2>${verdictCards(comparison)}</section>
      <section aria-labelledby="figures"><h2 id="figures">Teacher against student</h2>${comparisonTable(comparison, baseline)}</section>
      <section aria-labelledby="charts"><h2 id="charts">Charts</h2>${this.#charts(charts)}</section>
      <section aria-labelledby="curves">
        <h2 id="curves">Learning curves</h2>
        <distillery-curves .dashboard=${this.dashboard} .groups=${comparison.groups}></distillery-curves>
      </section>
      ${
        comparison.groups.some((group) => group.candidates.length > 0)
          ? html`<section aria-labelledby="candidates">
              <h2 id="candidates">Exits and peers</h2>
              ${candidatesTable(comparison)} ${candidates.length > 0 ? this.#charts(candidates) : nothing}
            </section>`
          : nothing
      }
      ${
        classes.length > 0
          ? html`<section aria-labelledby="classes"><h2 id="classes">Answers in detail</h2>${this.#charts(classes)}</section>`
          : nothing
      }
      ${
        prompts.length > 0
          ? html`<section aria-labelledby="samples">
              <h2 id="samples">Sample continuations</h2>
              ${continuationList(prompts)}
            </section>`
          : nothing
      }
      ${
        comparison.advice.length > 0
          ? html`<section aria-labelledby="advice"><h2 id="advice">Advice</h2>${adviceList(comparison)}</section>`
          : nothing
      }
      <section aria-labelledby="differences">
        <h2 id="differences">What differs</h2>${differencesTable(comparison)}
      </section>`;
  }

  #charts(draws: readonly Draw[]): TemplateResult {
    if (draws.length === 0)
      return html`<p class="hint">Charts appear when the first run has completed and was measured.</p>`;
    return html`<div class="charts">
      ${draws.map((draw) => html`<distillery-chart .host=${this.dashboard.host} .draw=${draw}></distillery-chart>`)}
    </div>`;
  }

  /** Drawn anew only for new figures, not for each update of the page. */
  #pictures(comparison: ComparisonData) {
    if (this.#drawn?.comparison !== comparison)
      this.#drawn = {
        comparison,
        charts: comparisonCharts(comparison),
        classes: classCharts(comparison),
        candidates: candidateCharts(comparison),
        prompts: sharedPrompts(comparison),
      };
    return this.#drawn;
  }

  /** Groups in the colours their runs have everywhere. */
  #coloured(comparison: ComparisonData): ComparisonData {
    const { runs } = this.dashboard.store;
    const variants = variantsOf([...runs.values()]);
    return {
      ...comparison,
      groups: comparison.groups.map((group) => {
        const row = runs.get(group.runs[0] ?? '');
        return { ...group, variant: row ? (variants.get(row.group) ?? 0) : group.variant };
      }),
    };
  }

  async #copy(runs: readonly string[]): Promise<void> {
    try {
      const { text } = await this.dashboard.host.request('report', { format: 'markdown', runs });
      this.dashboard.host.command('copy', { text });
    } catch (error) {
      this.dashboard.complain(error as HostError);
    }
  }

  #retry(): void {
    this.#asked = '';
    this.failure = undefined;
    this.requestUpdate();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'distillery-compare': CompareView;
  }
}
