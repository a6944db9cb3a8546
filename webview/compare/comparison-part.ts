import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { classCharts, leftOutOfClassCharts } from '../../src/compare/charts/class-charts.ts';
import { candidateCharts, comparisonCharts } from '../../src/compare/charts/comparison-charts.ts';
import type { Draw } from '../../src/compare/charts/drawing/chart-frame.ts';
import { sharedPrompts } from '../../src/compare/continuations.ts';
import { fewVerdicts } from '../../src/compare/verdicts/tally.ts';
import { verdictMethod } from '../../src/compare/verdicts/verdict-text.ts';
import '../answers/answers-view.ts';
import '../charts/chart-card.ts';
import { continuationList } from '../parts/continuations.ts';
import { button, dropdown } from '../parts/controls.ts';
import { inEvenRows } from '../parts/even-rows.ts';
import { heading } from '../parts/heading.ts';
import { Part } from '../parts/part.ts';
import type { ComparisonData } from '../protocol/comparison.ts';
import { lookOf, type PartLook, usualLook, withLook } from '../state/comparison-look.ts';
import type { Dashboard } from '../state/dashboard.ts';
import { remembered } from '../state/remembered.ts';
import { adviceList } from './advice-list.ts';
import { type BaselineChoice, baselineChoices } from './baseline.ts';
import { type ChosenRows, chosenRows, nextSort } from './chosen-rows.ts';
import { candidatesTable, differencesTable } from './compare-tables.ts';
import { comparisonTable, mostRows } from './comparison-table.ts';
import './curves-panel.ts';
import { verdictCards, withoutVerdicts } from './verdict-cards.ts';
import { verdictSummary } from './verdict-summary.ts';

/** Of so many runs one can choose which two are laid side by side. */
const mostBeside = 100;

/** Verdict cards that are added at a time where there are many. */
const cardsAtOnce = 12;

/** All that is said of runs on the same data: verdicts, figures with differences, pictures, curves, settings, advice. */
@customElement('distillery-comparison')
export class ComparisonPart extends Part {
  @property({ attribute: false }) dashboard!: Dashboard;
  @property({ attribute: false }) comparison!: ComparisonData;
  /** Of its headings: 2, or 3 where the data has a heading above them. */
  @property({ attribute: false }) level = 2;
  @state() private chosenBaseline: string | undefined;

  // Drawn anew only for new figures, not for each update of the page.
  readonly #classes = remembered((comparison: ComparisonData, all: boolean) => ({
    classes: classCharts(comparison, all ? Number.POSITIVE_INFINITY : undefined),
    leftOut: all ? '' : leftOutOfClassCharts(comparison),
  }));
  readonly #pictures = remembered((comparison: ComparisonData) => ({
    charts: comparisonCharts(comparison),
    candidates: candidateCharts(comparison),
    prompts: sharedPrompts(comparison),
  }));
  readonly #baselines = remembered(baselineChoices);
  readonly #rows = remembered(chosenRows);
  readonly #runs = remembered(({ runs }: ComparisonData) => runs.slice(0, mostBeside).map(({ run }) => run));
  /** As it was for the last drawing. */
  #look: PartLook = usualLook;

  protected override render() {
    const { comparison } = this;
    this.#look = lookOf(this.dashboard.view.comparison, this.#chosen(), this.#key());
    const { charts, candidates, prompts } = this.#pictures(comparison);
    const { classes, leftOut } = this.#classes(comparison, this.#look.allModels);
    const many = comparison.verdicts.length > fewVerdicts;
    const rows = this.#rows(comparison, this.#look);
    return html`${this.#section('verdicts', 'Was distillation worth it?', this.#verdicts(rows, many))}
      ${this.#section('figures', 'Teacher against student', this.#figures(rows))}
      ${many ? this.#section('cards', 'Verdicts one by one', this.#cards(rows)) : nothing}
      ${this.#section('charts', 'Charts', this.#charts(charts))}
      ${this.#section(
        'curves',
        'Learning curves',
        html`<distillery-curves .dashboard=${this.dashboard} .groups=${comparison.groups}></distillery-curves>`,
      )}
      ${
        comparison.groups.some((group) => group.candidates.length > 0)
          ? this.#section(
              'candidates',
              'Exits and peers',
              html`${candidatesTable(comparison)} ${candidates.length > 0 ? this.#charts(candidates) : nothing}`,
            )
          : nothing
      }
      ${classes.length > 0 ? this.#section('classes', 'Answers in detail', this.#answers(classes, leftOut)) : nothing}
      ${this.#samples()}
      ${prompts.length > 0 ? this.#section('samples', 'Sample continuations', continuationList(prompts)) : nothing}
      ${
        comparison.advice.length > 0
          ? this.#section('advice', 'Advice', adviceList(comparison, this.level + 1))
          : nothing
      }
      ${this.#section('differences', 'What differs', differencesTable(comparison))}`;
  }

  #section(name: string, title: string, content: TemplateResult): TemplateResult {
    const id = `${this.#key()}-${name}`;
    return html`<section aria-labelledby=${id}>${heading(this.level, title, id)}${content}</section>`;
  }

  /** What the models of these runs answered, where runs kept it. */
  #samples(): TemplateResult {
    const id = `${this.#key()}-samples-answered`;
    const runs = this.#runs(this.comparison);
    return html`<distillery-answers
      .dashboard=${this.dashboard}
      .runs=${runs}
      .section=${{ id, heading: heading(this.level, 'What they answered', id) }}
    ></distillery-answers>`;
  }

  #verdicts(rows: ChosenRows, many: boolean): TemplateResult {
    const { comparison } = this;
    if (comparison.verdicts.length === 0) return withoutVerdicts(comparison);
    return html`${
      many
        ? verdictSummary(comparison, this.#look, rows, (change) => this.#choose(change))
        : verdictCards(rows.verdicts, comparison, this.level + 1)
    }
      <details class="method"><summary>How verdicts are made</summary><p>${verdictMethod}</p></details>`;
  }

  #figures({ models }: ChosenRows): TemplateResult {
    const baselines = this.#baselines(this.comparison);
    const shown = this.#look.allRows ? models : models.slice(0, mostRows);
    const baseline = this.#baseline(baselines);
    return html`${
      baseline
        ? html`<div class="toolbar">
              ${dropdown(
                'Differences to',
                baselines.map(({ key, label }) => ({ value: key, label: label.slice(0, 80) })),
                baseline.key,
                (key) => {
                  this.chosenBaseline = key;
                  this.dashboard.set({ baseline: key });
                },
              )}
            </div>`
        : nothing
    }
      ${comparisonTable(this.comparison, {
        rows: shown,
        baseline,
        sort: this.#look.sort,
        onSort: (key) => this.#choose({ sort: nextSort(this.#look.sort, key) }),
      })}
      ${
        shown.length < models.length
          ? html`<p class="hint">
              The first ${shown.length} of ${models.length.toLocaleString('en-US')} rows.
              ${button('Show All Rows', () => this.#choose({ allRows: true }))}
            </p>`
          : nothing
      }`;
  }

  #cards({ verdicts }: ChosenRows): TemplateResult {
    const shown = verdicts.slice(0, this.#look.cards);
    const rest = verdicts.length - shown.length;
    const next = Math.min(cardsAtOnce, rest).toLocaleString('en-US');
    return html`${shown.length > 0 ? verdictCards(shown, this.comparison, this.level + 1) : nothing}
      <p class="hint more">
        ${
          rest === 0
            ? nothing
            : button(shown.length === 0 ? `Show ${next} Cards` : `Show ${next} More`, () =>
                this.#choose({ cards: this.#look.cards + cardsAtOnce }),
              )
        }
        <span role="status">${shown.length.toLocaleString('en-US')} of ${verdicts.length.toLocaleString('en-US')} shown, in the order of the table.</span>
      </p>`;
  }

  #answers(draws: readonly Draw[], leftOut: string): TemplateResult {
    return html`${
      leftOut === ''
        ? nothing
        : html`<p class="hint more">
              <span>${leftOut}</span>
              ${
                leftOut.includes('first')
                  ? button('Show All Models', () => this.#choose({ allModels: true }))
                  : nothing
              }
            </p>`
    }
      ${this.#charts(draws)}`;
  }

  #baseline(baselines: readonly BaselineChoice[]): BaselineChoice | undefined {
    const wanted = this.chosenBaseline ?? this.dashboard.view.baseline;
    return baselines.find((one) => one.key === wanted) ?? baselines[0];
  }

  #key(): string {
    return this.comparison.sections[0]?.key ?? 's';
  }

  /** The runs that the whole comparison is of. */
  #chosen(): readonly string[] {
    const { navigation } = this.dashboard.view;
    return navigation.view === 'compare' ? navigation.runs : [];
  }

  #choose(change: Partial<PartLook>): void {
    const { comparison } = this.dashboard.view;
    const look = { ...this.#look, ...change };
    this.dashboard.set({ comparison: withLook(comparison, this.#chosen(), this.#key(), look) });
    this.requestUpdate();
  }

  #charts(draws: readonly Draw[]): TemplateResult {
    if (draws.length === 0)
      return html`<p class="hint">Charts appear when the first run has completed and was measured.</p>`;
    return html`<div class="charts" ${inEvenRows(440)}>
      ${draws.map((draw) => html`<distillery-chart .host=${this.dashboard.host} .draw=${draw}></distillery-chart>`)}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'distillery-comparison': ComparisonPart;
  }
}
