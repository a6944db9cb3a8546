import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Draw } from '../../src/compare/charts/chart-frame.ts';
import { promptsOfRun } from '../../src/compare/continuations.ts';
import { isActive } from '../../src/worker/run-states.ts';
import '../charts/chart-card.ts';
import type { CurveGroup } from '../compare/curves-model.ts';
import '../compare/curves-panel.ts';
import type { HostError } from '../host/host.ts';
import { continuationList } from '../parts/continuations.ts';
import { button, quietButton } from '../parts/controls.ts';
import { inEvenRows } from '../parts/even-rows.ts';
import { doubtList, stateMark, strategyMark, userText } from '../parts/marks.ts';
import { Part } from '../parts/part.ts';
import { emptyState, errorState, loadingState } from '../parts/states.ts';
import { detailAsked } from '../state/asked.ts';
import type { Dashboard } from '../state/dashboard.ts';
import { variantsOf } from '../state/variants.ts';
import './parameter-editor.ts';
import { runCharts } from './run-charts.ts';
import { checkpointList, environmentList, eventList, fileList, modelTable } from './run-lists.ts';
import './run-names.ts';
import './usage-panel.ts';
import type { RunDetail } from '../protocol/detail.ts';
import type { RunRow } from '../protocol/rows.ts';

/** The latest events are enough to read; the whole log is a file. */
const mostEvents = 500;
const mostLog = 60_000;

/** Everything about one run, live. */
@customElement('distillery-run')
export class RunView extends Part {
  @property({ attribute: false }) dashboard!: Dashboard;
  @property({ attribute: false }) run = '';
  @state() private detail: RunDetail | undefined;
  @state() private failure: HostError | undefined;
  #asked = '';
  /** Those that came since: with each, the list of them is another. */
  #checkpoints = 0;
  #pictures: { detail: RunDetail; draws: readonly Draw[] } | undefined;
  #groups: { key: string; groups: readonly CurveGroup[] } | undefined;
  #stop: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = [
      this.dashboard.subscribe(() => this.requestUpdate()),
      this.dashboard.store.subscribe(() => this.requestUpdate()),
      this.dashboard.host.on('events', ({ run, events, log }) => {
        if (this.detail?.run !== run) return;
        this.#checkpoints += events.filter(({ type }) => type === 'checkpoint').length;
        const known = new Set(this.detail.events.map((event) => event.seq));
        const news = events.filter((event) => !known.has(event.seq));
        this.detail = {
          ...this.detail,
          events: [...this.detail.events, ...news].slice(-mostEvents),
          log: (this.detail.log + log).slice(-mostLog),
        };
      }),
      this.dashboard.host.on('snapshot', () => {
        this.#asked = '';
        this.requestUpdate();
      }),
    ];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stop) stop();
    this.#asked = '';
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('run')) {
      this.detail = undefined;
      this.failure = undefined;
    }
    const row = this.dashboard.store.runs.get(this.run);
    if (row === undefined) return;
    const asked = `${detailAsked(this.run, row)}${this.#checkpoints}`;
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.dashboard.host.request('run', { run: this.run }).then(
      (detail) => {
        if (this.#asked !== asked) return;
        this.detail = detail;
        this.failure = undefined;
      },
      (error: HostError) => {
        this.failure = error;
      },
    );
  }

  protected override render() {
    const { store } = this.dashboard;
    const row = store.runs.get(this.run);
    if (row === undefined)
      return store.loaded
        ? emptyState(
            'This run is not there',
            'It may have been removed.',
            button('All Runs', () => this.dashboard.navigate({ view: 'overview' }), { primary: true }),
          )
        : loadingState('Reading runs …');
    const detail = this.detail;
    const variant = variantsOf([...store.runs.values()]).get(row.group) ?? 0;
    return html`${this.#head(row, variant)}
    ${
      detail === undefined
        ? this.failure
          ? errorState(this.failure.message, this.failure.remedy)
          : loadingState('Reading the run …')
        : this.#content(row, detail, variant)
    }`;
  }

  #head(row: RunRow, variant: number): TemplateResult {
    const { host } = this.dashboard;
    const runs = [row.id];
    const active = isActive(row.state);
    return html`<header class="run-head">
      <h1 class="labelled">${strategyMark({ strategy: row.strategy, variant })}${userText(row.name)}</h1>
      <p class="run-facts">
        ${stateMark(row)} <span>${row.strategy}</span> <span>seed ${row.seed}</span>
        <span>${userText(row.data)}</span>
        ${row.figures.device ? html`<span>${userText(row.figures.device)}</span>` : nothing}
      </p>
      ${row.problem ? html`<p class="problem" role="alert">${row.problem}</p>` : nothing}
      ${doubtList(row.figures.doubts)}
      <div class="toolbar" role="toolbar" aria-label="Run">
        ${
          active
            ? button('Stop', () => host.command('stop', { runs }), {
                title: 'Ends the run after this step and keeps a checkpoint, from which it can be resumed.',
              })
            : nothing
        }
        ${
          active
            ? button('Discard', () => host.command('cancel', { runs }), {
                title: 'Ends the run after this step and keeps nothing to resume it from.',
              })
            : nothing
        }
        ${
          row.resumable
            ? button('Resume', () => host.command('resume', { runs }), { primary: true })
            : nothing
        }
        ${button('Open Experiment', () => host.command('openExperiment', { run: row.id }))}
        ${button(row.baseline ? 'Not a Baseline' : 'Use as Baseline', () =>
          host.command('baseline', { run: row.id, baseline: !row.baseline }),
        )}
        <span class="tail">
          ${quietButton('Copy Link', () => host.command('copyLink', { run: row.id }))}
          ${quietButton('Show Folder', () => host.command('revealDirectory', { run: row.id }))}
          ${active ? nothing : quietButton('Remove', () => host.command('remove', { runs }))}
        </span>
      </div>
    </header>`;
  }

  #content(row: RunRow, detail: RunDetail, variant: number): TemplateResult {
    const draws = this.#draws(row, detail, variant);
    const section = (id: string, title: string, content: TemplateResult) =>
      html`<section aria-labelledby=${id}><h2 id=${id}>${title}</h2>${content}</section>`;
    return html`<distillery-run-names .dashboard=${this.dashboard} .row=${row}></distillery-run-names>
      ${
        row.state === 'running'
          ? html`<distillery-usage .host=${this.dashboard.host} .run=${row.id}></distillery-usage>`
          : nothing
      }
      ${section('figures', 'Teacher against student', modelTable(row, detail))}
      ${section(
        'curves',
        'Curves',
        html`<distillery-curves .dashboard=${this.dashboard} .groups=${this.#curveGroups(row, variant)}></distillery-curves>`,
      )}
      ${
        draws.length > 0
          ? section(
              'charts',
              'Measured at the end',
              html`<div class="charts" ${inEvenRows(440)}>
                ${draws.map(
                  (draw) =>
                    html`<distillery-chart .host=${this.dashboard.host} .draw=${draw}></distillery-chart>`,
                )}
              </div>`,
            )
          : nothing
      }
      ${
        detail.continuations.length > 0
          ? section(
              'samples',
              'Sample continuations',
              continuationList(
                promptsOfRun(detail.continuations, { label: 'Student', strategy: row.strategy, variant }),
              ),
            )
          : nothing
      }
      ${section(
        'parameters',
        'Hyperparameters',
        html`<distillery-parameters
          .dashboard=${this.dashboard}
          .run=${row.id}
          .parameters=${detail.parameters}
          .writable=${detail.writable}
        ></distillery-parameters>`,
      )}
      <div class="columns">
        ${section('events', 'Events', eventList(detail))}
        ${section('environment', 'Environment', environmentList(detail))}
      </div>
      <div class="columns">
        ${section('files', 'Files', fileList(detail, this.dashboard.host))}
        ${section('checkpoints', 'Checkpoints', checkpointList(detail))}
      </div>
      ${section(
        'log',
        'Worker log',
        html`<pre class="card log" tabindex="0" role="region" aria-label="Worker log">${detail.log || 'Nothing yet.'}</pre>`,
      )}`;
  }

  #draws(row: RunRow, detail: RunDetail, variant: number): readonly Draw[] {
    if (this.#pictures?.detail.models !== detail.models)
      this.#pictures = { detail, draws: runCharts(detail, row.strategy, variant) };
    return this.#pictures.draws;
  }

  #curveGroups(row: RunRow, variant: number): readonly CurveGroup[] {
    const key = JSON.stringify([row.id, row.name, variant]);
    if (this.#groups?.key !== key)
      this.#groups = {
        key,
        groups: [{ label: row.name, strategy: row.strategy, variant, runs: [row.id] }],
      };
    return this.#groups.groups;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'distillery-run': RunView;
  }
}
