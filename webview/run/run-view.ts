import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { isActive } from '../../src/worker/directory/run-states.ts';
import type { HostError } from '../host/host.ts';
import { button, quietButton } from '../parts/controls.ts';
import { doubtList, stateMark, strategyMark, userText } from '../parts/marks.ts';
import { Part } from '../parts/part.ts';
import { emptyState, errorState, loadingState } from '../parts/states.ts';
import type { RunDetail } from '../protocol/detail.ts';
import type { RunRow } from '../protocol/rows.ts';
import { detailAsked } from '../state/asked.ts';
import type { Dashboard } from '../state/dashboard.ts';
import { variantsOf } from '../state/variants.ts';
import type { Panel } from './panel.ts';
import { panels } from './panels.ts';
import './run-names.ts';
import './usage-panel.ts';

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
    const { dashboard } = this;
    return html`<distillery-run-names .dashboard=${dashboard} .row=${row}></distillery-run-names>
      ${
        row.state === 'running'
          ? html`<distillery-usage .host=${dashboard.host} .run=${row.id}></distillery-usage>`
          : nothing
      }
      ${panelRows(panels).map((beside) => {
        const drawn = beside.map((one) => section(one, one.draw(detail, { dashboard, row, variant })));
        return beside.length === 1 ? drawn : html`<div class="columns">${drawn}</div>`;
      })}`;
  }
}

/** Panels that stand beside each other, and the others by themselves. */
function panelRows(all: readonly Panel[]): readonly (readonly Panel[])[] {
  const rows: Panel[][] = [];
  for (const one of all) {
    const last = rows.at(-1);
    if (one.half && last?.length === 1 && last[0]!.half) last.push(one);
    else rows.push([one]);
  }
  return rows;
}

const section = ({ id, title }: Panel, content: TemplateResult | undefined) =>
  content === undefined
    ? nothing
    : html`<section aria-labelledby=${id}><h2 id=${id}>${title}</h2>${content}</section>`;

declare global {
  interface HTMLElementTagNameMap {
    'distillery-run': RunView;
  }
}
