import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { partsOf } from '../../src/compare/sections/parts.ts';
import type { HostError } from '../host/host.ts';
import { button, quietButton } from '../parts/controls.ts';
import { userText } from '../parts/marks.ts';
import { Part } from '../parts/part.ts';
import { emptyState, errorState, loadingState } from '../parts/states.ts';
import type { ComparisonData } from '../protocol/comparison.ts';
import { comparisonAsked } from '../state/asked.ts';
import type { Dashboard } from '../state/dashboard.ts';
import { remembered } from '../state/remembered.ts';
import { variantsOf } from '../state/variants.ts';
import './comparison-part.ts';
import { sectionList, summaryOf } from './section-list.ts';

/** Chosen runs against each other, those on the same data and task by themselves. */
@customElement('distillery-compare')
export class CompareView extends Part {
  @property({ attribute: false }) dashboard!: Dashboard;
  @property({ attribute: false }) runs: readonly string[] = [];
  @state() private comparison: ComparisonData | undefined;
  @state() private failure: HostError | undefined;
  #asked = '';
  readonly #parts = remembered((comparison: ComparisonData) => partsOf(comparison));
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
    const { host } = this.dashboard;
    const gone = this.runs.length - there.length;
    const save = (format: 'html' | 'csv' | 'markdown' | 'latex' | 'json') => () =>
      host.command('saveReport', { runs: there, format });
    const parts = this.#parts(comparison);
    return html`<div class="toolbar" role="toolbar" aria-label="Comparison">
        <span class="count-text">${summaryOf(comparison)}</span>
        <span class="tail">
        ${quietButton('Copy Markdown', () => void this.#copy(there))}
        ${quietButton('HTML report', save('html'), 'Save as HTML report')}
        ${quietButton('CSV', save('csv'), 'Save as CSV')}
        ${quietButton('Markdown', save('markdown'), 'Save as Markdown')}
        ${quietButton('LaTeX', save('latex'), 'Save as LaTeX table')}
        ${quietButton('JSON', save('json'), 'Save as JSON')}
        </span>
      </div>
      ${gone > 0 ? html`<p class="hint" role="status">${gone} of the chosen runs ${gone === 1 ? 'has' : 'have'} been removed.</p>` : nothing}
      ${parts.length === 1 ? this.#part(parts[0]!, 2) : html`${sectionList(parts)} ${parts.map((part) => this.#section(part))}`}`;
  }

  #section(part: ComparisonData): TemplateResult {
    const { key, title, task } = part.sections[0]!;
    return html`<section class="data" id=${key} tabindex="-1" aria-labelledby="${key}-title">
      <h2 id="${key}-title">${userText(title)} <small>${task}</small></h2>
      ${this.#part(part, 3)}
    </section>`;
  }

  #part(part: ComparisonData, level: number): TemplateResult {
    return html`<distillery-comparison
      .dashboard=${this.dashboard}
      .comparison=${part}
      .level=${level}
    ></distillery-comparison>`;
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
