import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { curvesChart } from '../../src/compare/charts/curves-chart.ts';
import type { Draw } from '../../src/compare/charts/drawing/chart-frame.ts';
import { layerMapChart } from '../../src/compare/charts/layer-map-chart.ts';
import { lossTermsChart } from '../../src/compare/charts/loss-terms-chart.ts';
import { isLayerMetric } from '../../src/compare/figures/layer-losses.ts';
import '../charts/chart-card.ts';
import { KeptDraws } from '../charts/kept-draws.ts';
import { type Span, whole } from '../charts/picture.ts';
import { zoomButtons } from '../charts/zoom-buttons.ts';
import type { HostError } from '../host/host.ts';
import { checkbox, dropdown } from '../parts/controls.ts';
import { inEvenRows } from '../parts/even-rows.ts';
import { Part } from '../parts/part.ts';
import { errorState, loadingState } from '../parts/states.ts';
import type { CurveData } from '../protocol/detail.ts';
import type { Dashboard } from '../state/dashboard.ts';
import type { CurvesState, HorizontalAxis } from '../state/view-state.ts';
import { appended, type CurveGroup, curvesOf, layerMapsOf, lossTermsOf } from './curves-model.ts';

/** More runs than this make a tangle of lines, and a long wait. */
const mostRuns = 60;
const points = 600;
/** Of these a picture each of their loss terms and layers. */
const mostGroups = 6;
const usualMetrics = [
  ...['validation.accuracy', 'validation.r2', 'validation.microF1', 'loss', 'accuracy', 'validation.loss'],
  'validation.perplexity',
];

let groups = 0;
const nextGroup = () => {
  groups += 1;
  return `curves${groups}`;
};

/** Learning curves of groups of seeds, with smoothing and a choice of axis; they move while runs train. */
@customElement('distillery-curves')
export class CurvesPanel extends Part {
  @property({ attribute: false }) dashboard!: Dashboard;
  @property({ attribute: false }) groups: readonly CurveGroup[] = [];
  @state() private curves: readonly CurveData[] | undefined;
  @state() private failure: HostError | undefined;
  /** The part of the axis that the pictures show. */
  @state() private span: Span = whole;
  readonly #onSpan = (span: Span) => {
    if (span.start !== this.span.start || span.end !== this.span.end) this.span = span;
  };
  readonly #seedOf = (run: string) => this.dashboard.store.runs.get(run)?.seed;
  readonly #group = nextGroup();
  readonly #kept = new KeptDraws();
  #asked = '';
  #stop: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = [
      this.dashboard.subscribe(() => this.requestUpdate()),
      this.dashboard.host.on('points', ({ curves }) => {
        const runs = this.#runs();
        const mine = curves.filter((curve) => runs.includes(curve.run));
        if (this.curves && mine.length > 0) this.curves = appended(this.curves, mine);
      }),
      // A page that was hidden has missed points.
      this.dashboard.host.on('snapshot', () => {
        this.#asked = '';
        this.requestUpdate();
      }),
    ];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stop) stop();
    this.dashboard.watch(this, []);
    this.#asked = '';
  }

  protected override willUpdate(): void {
    const runs = this.#runs();
    const asked = JSON.stringify(runs);
    if (asked === this.#asked || runs.length === 0) return;
    this.#asked = asked;
    this.dashboard.watch(this, runs);
    this.dashboard.host.request('curves', { runs, metrics: null, points }).then(
      (curves) => {
        if (this.#asked === asked) {
          this.curves = curves;
          this.failure = undefined;
        }
      },
      (error: HostError) => {
        this.failure = error;
      },
    );
  }

  protected override render() {
    if (this.failure && !this.curves) return errorState(this.failure.message, this.failure.remedy);
    if (this.curves === undefined) return loadingState('Reading curves …');
    const state = this.dashboard.view.curves;
    const metrics = [
      ...new Set(this.curves.filter((one) => one.model === 'student').map((one) => one.metric)),
    ]
      .filter((metric) => !isLayerMetric(metric))
      .sort();
    if (metrics.length === 0)
      return html`<p class="hint">No curves yet: a run writes its first points after some steps.</p>`;
    const usual = usualMetrics.filter((metric) => metrics.includes(metric)).slice(0, 4);
    const shown = (state.metrics ?? (usual.length > 0 ? usual : metrics.slice(0, 2))).filter((metric) =>
      metrics.includes(metric),
    );
    const draws = this.#draws(shown, this.curves, state);
    return html`${this.#controls(state, metrics, shown)}
      <div class="charts" ${inEvenRows(440)}>
        ${draws.map(
          (draw) => html`<distillery-chart
            .host=${this.dashboard.host}
            .draw=${draw}
            .group=${this.#group}
            .span=${this.span}
            .onSpan=${this.#onSpan}
          ></distillery-chart>`,
        )}
      </div>`;
  }

  #draws(shown: readonly string[], curves: readonly CurveData[], state: CurvesState): Draw[] {
    const { axis, smoothing, band, logarithmic } = state;
    const look = [axis, smoothing, band, logarithmic];
    const students = curves.filter((curve) => curve.model === 'student');
    const groups = this.groups.slice(0, mostGroups);
    const draws = [
      ...shown.map((metric) =>
        this.#kept.draw(
          `curve ${metric}`,
          [...look, this.groups, ...students.filter((curve) => curve.metric === metric)],
          () => {
            const input = curvesOf(metric, this.groups, curves, state, this.#seedOf);
            return input && ((theme, size) => curvesChart(input, theme, size));
          },
        ),
      ),
      ...groups.map((group, index) => {
        const members = new Set(group.runs);
        const terms = students.filter((curve) => /^loss\./.test(curve.metric) && members.has(curve.run));
        return this.#kept.draw(`terms ${index}`, [...look, group, ...terms], () => {
          const input = lossTermsOf(group, curves, state);
          return input && ((theme, size) => lossTermsChart(input, theme, size));
        });
      }),
      ...groups.flatMap((group, index) => {
        const members = new Set(group.runs);
        const layers = students.filter((curve) => isLayerMetric(curve.metric) && members.has(curve.run));
        return layerMapsOf(group, layers).map((input) =>
          this.#kept.draw(
            `layers ${input.term} ${index}`,
            [group, ...layers],
            () => (theme, size) => layerMapChart(input, theme, size),
          ),
        );
      }),
    ];
    this.#kept.settle();
    return draws.filter((draw) => draw !== null);
  }

  #controls(state: CurvesState, metrics: readonly string[], shown: readonly string[]): TemplateResult {
    const set = (change: Partial<CurvesState>) => this.dashboard.set({ curves: { ...state, ...change } });
    const all = this.groups.reduce((sum, group) => sum + group.runs.length, 0);
    return html`<div class="toolbar" role="toolbar" aria-label="Learning curves">
        ${dropdown(
          'Over',
          [
            { value: 'epoch', label: 'epochs' },
            { value: 'step', label: 'steps' },
            { value: 'time', label: 'time' },
          ],
          state.axis,
          (axis) => set({ axis: axis as HorizontalAxis }),
        )}
        <label class="field slider"
          ><span class="label">Smoothing</span>
          <input
            type="range"
            min="0"
            max="0.99"
            step="0.01"
            .value=${String(state.smoothing)}
            @input=${(event: Event) => set({ smoothing: Number((event.target as HTMLInputElement).value) })}
          />
          <output>${state.smoothing.toFixed(2)}</output>
        </label>
        ${checkbox('Logarithmic', state.logarithmic, (logarithmic) => set({ logarithmic }))}
        ${all > this.groups.length ? checkbox('Seeds as a band', state.band, (band) => set({ band })) : nothing}
        ${zoomButtons(this.span, this.#onSpan)}
      </div>
      <div class="filters" role="group" aria-label="Curves shown">
        ${metrics.map(
          (metric) => html`<button
            type="button"
            class="chip filter"
            aria-pressed=${shown.includes(metric)}
            @click=${() =>
              set({
                metrics: shown.includes(metric) ? shown.filter((one) => one !== metric) : [...shown, metric],
              })}
          >
            <bdi>${metric}</bdi>
          </button>`,
        )}
      </div>
      ${all > mostRuns ? html`<p class="hint">Curves of the first ${mostRuns} of ${all} runs.</p>` : nothing}
      ${
        this.groups.length > mostGroups
          ? html`<p class="hint">Terms of the loss, and layers, of the first ${mostGroups} of ${this.groups.length} strategies.</p>`
          : nothing
      }`;
  }

  #runs(): string[] {
    return this.groups.flatMap((group) => group.runs).slice(0, mostRuns);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'distillery-curves': CurvesPanel;
  }
}
