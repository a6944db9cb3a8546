import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import './compare/compare-view.ts';
import './overview/overview-view.ts';
import { button, quietButton } from './parts/controls.ts';
import { Part } from './parts/part.ts';
import { errorState, loadingState } from './parts/states.ts';
import './run/run-view.ts';
import type { Navigation, UnreadableFolder } from './protocol/messages.ts';
import type { Dashboard } from './state/dashboard.ts';

/** Milliseconds after which runs that have not come are told to be late. */
const patience = 10_000;

/** The page: where one is, what went wrong, and the view. */
@customElement('distillery-dashboard')
export class App extends Part {
  @property({ attribute: false }) dashboard!: Dashboard;
  #stop: (() => void)[] = [];
  @state() private late = false;
  #shown = '';
  #patience: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#wait();
    let loaded = this.dashboard.store.loaded;
    this.#stop = [
      this.dashboard.subscribe(() => this.requestUpdate()),
      this.dashboard.store.subscribe(() => {
        if (loaded === this.dashboard.store.loaded) return;
        loaded = this.dashboard.store.loaded;
        this.requestUpdate();
      }),
    ];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stop) stop();
    clearTimeout(this.#patience);
  }

  protected override render() {
    const { view, problem, store, unreadable } = this.dashboard;
    const nothingElse = unreadable.length > 0 && store.rows.length === 0;
    return html`${this.#trail(view.navigation)}
      ${
        problem
          ? html`<div class="problem banner" role="alert">
              <span>${problem.message} ${problem.remedy}</span>
              ${quietButton('Dismiss', () => this.dashboard.complain(undefined))}
            </div>`
          : nothing
      }
      ${nothingElse ? nothing : unreadable.map((folder) => this.#unreadableBanner(folder))}
      <main class="view ${view.navigation.view}" tabindex="-1">
        ${nothingElse ? unreadable.map((folder) => this.#unreadableState(folder)) : store.loaded ? this.#view(view.navigation) : this.#waiting()}
      </main>`;
  }

  protected override updated(): void {
    const now = JSON.stringify(this.dashboard.view.navigation);
    if (now === this.#shown) return;
    const first = this.#shown === '';
    this.#shown = now;
    window.scrollTo(0, 0);
    // Keyboard and screen reader follow where the page went.
    if (!first) this.querySelector('main')?.focus({ preventScroll: true });
  }

  /** Below it stand the runs of the other folders. */
  #unreadableBanner({ name, message, remedy }: UnreadableFolder) {
    return html`<div class="problem banner" role="alert">
      <span>The runs of “${name}” are not shown. ${message} ${remedy}</span>
      ${this.#mend()}
    </div>`;
  }

  /** Where no other run is there, nothing may look as if there were none at all. */
  #unreadableState({ name, message, remedy }: UnreadableFolder) {
    return errorState(
      `The runs of “${name}” cannot be read`,
      [message, remedy].filter(Boolean).join(' '),
      html`<div class="toolbar">${this.#mend()}</div>`,
    );
  }

  #mend() {
    const { host } = this.dashboard;
    return html`${button('Rebuild from Run Folders…', () => host.command('rebuild', {}), { primary: true })}
    ${button('Try Again', () => host.command('readAgain', {}))}`;
  }

  #wait(): void {
    this.late = false;
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => {
      this.late = true;
    }, patience);
  }

  #waiting() {
    if (!this.late) return loadingState('Reading runs …');
    return errorState(
      'The extension has not answered',
      'It may be starting still, or have stopped. If trying again does not help, reload the window.',
      button(
        'Try Again',
        () => {
          this.#wait();
          this.dashboard.host.command('ready', {});
        },
        { primary: true },
      ),
    );
  }

  #trail(navigation: Navigation) {
    if (navigation.view === 'overview') return html`<h1 class="hidden">Distillery: all runs</h1>`;
    const here = navigation.view === 'compare' ? `Comparing ${navigation.runs.length} runs` : 'Run';
    return html`<nav class="trail" aria-label="Where you are">
      ${quietButton('All runs', () => this.dashboard.navigate({ view: 'overview' }))}
      <span aria-hidden="true">›</span>
      ${navigation.view === 'compare' ? html`<h1 aria-current="page">${here}</h1>` : html`<span aria-current="page">${here}</span>`}
    </nav>`;
  }

  #view(navigation: Navigation) {
    const { dashboard } = this;
    if (navigation.view === 'compare')
      return html`<distillery-compare .dashboard=${dashboard} .runs=${navigation.runs}></distillery-compare>`;
    if (navigation.view === 'run')
      return html`<distillery-run .dashboard=${dashboard} .run=${navigation.run}></distillery-run>`;
    return html`<distillery-overview .dashboard=${dashboard}></distillery-overview>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'distillery-dashboard': App;
  }
}
