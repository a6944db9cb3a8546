import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { AnswerPage } from '../../src/answers/answer-page.ts';
import type { HostError } from '../host/host.ts';
import { quietButton } from '../parts/controls.ts';
import { Part } from '../parts/part.ts';
import { loadingState } from '../parts/states.ts';
import type { AnswerQuestion, AnswerSide } from '../protocol/answers.ts';
import type { Dashboard } from '../state/dashboard.ts';
import { remembered } from '../state/remembered.ts';
import './answer-list.ts';
import { answerBars } from './answer-bars.ts';
import type { AnswerList } from './answer-list.ts';
import type { RowColumns } from './answer-row.ts';
import {
  type AnswerLook,
  filterOf,
  firstLook,
  firstSides,
  type NamedSource,
  nameOfSide,
  runNames,
  sideKey,
  sortings,
} from './choices.ts';
import { FetchedRows, FetchedSamples, pageSize } from './fetched.ts';
import { answerFigures, labelTable } from './figures.ts';
import { sampleDetail } from './sample-detail.ts';

/** Milliseconds of rest after which a filter that is being typed is looked for. */
const typingMs = 300;

/**
 * What two models answered, sample by sample: teacher and student of a run, or students of several. Nothing of it is there
 * until it is asked for, and rows and samples come as they are seen.
 */
@customElement('distillery-answers')
export class AnswersView extends Part {
  @property({ attribute: false }) dashboard!: Dashboard;
  @property({ attribute: false }) runs: readonly string[] = [];
  /** Makes it a section of its own, where there is something to show. */
  @property({ attribute: false }) section:
    | { readonly id: string; readonly heading: TemplateResult }
    | undefined;
  @state() private sources: readonly NamedSource[] | undefined;
  @state() private broken: readonly string[] = [];
  @state() private sides: readonly [AnswerSide, AnswerSide] | undefined;
  @state() private look: AnswerLook = firstLook;
  @state() private page: AnswerPage | undefined;
  @state() private failure: HostError | undefined;
  @state() private busy = false;
  @state() private active = 0;
  @state() private version = 0;
  /** The same for the same, so that rows are not drawn again. */
  readonly #columns = remembered(
    (
      first: string,
      second: string | undefined,
      classes: boolean,
      texts: boolean,
      hidden: boolean,
    ): RowColumns => ({ first, second, classes, texts, hidden }),
  );
  #rows: FetchedRows | undefined;
  #samples: FetchedSamples | undefined;
  #turn = 0;
  #typing: ReturnType<typeof setTimeout> | undefined;
  #askedFor = '';
  readonly #came = () => {
    this.version++;
  };

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#typing);
    this.#turn++;
    this.#samples?.stop();
    this.#askedFor = '';
  }

  protected override willUpdate(): void {
    const asked = JSON.stringify(this.runs);
    if (asked === this.#askedFor) return;
    this.#askedFor = asked;
    void this.#lookForSources(asked);
  }

  async #lookForSources(asked: string): Promise<void> {
    const { host, store } = this.dashboard;
    try {
      const found = await host.request('answerSources', { runs: this.runs });
      if (asked !== this.#askedFor) return;
      const names = runNames(this.runs.flatMap((run) => store.runs.get(run) ?? []));
      const name = (run: string) => names.get(run) ?? run;
      this.broken = found.flatMap(({ run, problem }) => (problem ? `${name(run)}: ${problem}` : []));
      this.sources = found.flatMap(({ run, source }) => (source ? { run, name: name(run), source } : []));
      this.sides = firstSides(this.sources);
      this.look = firstLook;
      this.page = undefined;
      void this.#search();
    } catch (error) {
      if (asked === this.#askedFor) this.failure = error as HostError;
    }
  }

  get #question(): Omit<AnswerQuestion, 'offset' | 'count'> | undefined {
    if (!this.sides) return undefined;
    const [a, b] = this.sides;
    const source = this.#sourceOf(a);
    if (!source) return undefined;
    const all = sortings('', '', source.source);
    const { key, descending } = all.find(({ value }) => value === this.look.sort) ?? all[0]!;
    return { a, b, filter: filterOf(this.look), sort: key, descending };
  }

  #sourceOf({ run }: AnswerSide): NamedSource | undefined {
    return this.sources?.find((one) => one.run === run);
  }

  /** Asks until there is an answer, for as long as it is wanted. */
  async #answer(asked: AnswerQuestion, turn: number): Promise<AnswerPage | undefined> {
    while (turn === this.#turn) {
      const page = await this.dashboard.host.request('answers', asked);
      if (page) return turn === this.#turn ? page : undefined;
    }
    return undefined;
  }

  async #search(): Promise<void> {
    const question = this.#question;
    if (!question) return;
    const turn = ++this.#turn;
    this.busy = true;
    try {
      const page = await this.#answer({ ...question, offset: 0, count: pageSize }, turn);
      if (!page) return;
      this.page = page;
      this.failure = undefined;
      this.active = 0;
      this.#rows = new FetchedRows(
        question,
        page.rows,
        async (asked) => (await this.#answer(asked, turn))?.rows,
        this.#came,
      );
      if (this.#samples?.run !== question.b.run) {
        this.#samples?.stop();
        this.#samples = new FetchedSamples(this.dashboard.host, question.b.run, this.#came);
      }
      this.querySelector<AnswerList>('distillery-answer-list')?.rewind();
    } catch (error) {
      if (turn === this.#turn) this.failure = error as HostError;
    } finally {
      if (turn === this.#turn) this.busy = false;
    }
  }

  readonly #set = (change: Partial<AnswerLook>, typed = false) => {
    this.look = { ...this.look, ...change };
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => void this.#search(), typed ? typingMs : 0);
  };

  protected override render(): TemplateResult | typeof nothing {
    const { sources, broken, failure } = this;
    if (!sources) return failure ? this.#inSection(problemOf(failure)) : nothing;
    if (sources.length === 0 && broken.length === 0) return nothing;
    return this.#inSection(html`${broken.map((problem) => html`<p class="problem" role="alert">${problem}</p>`)}
    ${this.sides && sources.length > 0 ? this.#content(sources, this.sides) : nothing}`);
  }

  #inSection(content: TemplateResult): TemplateResult {
    const { section } = this;
    return section
      ? html`<section aria-labelledby=${section.id}>${section.heading}${content}</section>`
      : content;
  }

  #content(sources: readonly NamedSource[], [a, b]: readonly [AnswerSide, AnswerSide]): TemplateResult {
    const { page, failure, look } = this;
    const source = this.#sourceOf(a)!.source;
    const [first, second] = [nameOfSide(a, sources), nameOfSide(b, sources)];
    const alone = sideKey(a) === sideKey(b);
    return html`${answerBars({
      ...{ sources, sides: [a, b], source, look, first, second, alone },
      onSides: (sides) => {
        this.sides = sides;
        this.#set({ show: '' });
      },
      onLook: this.#set,
    })}
    ${source.missing.map(({ name, why }) => html`<p class="hint">The answers of ${name} are not here: ${why}.</p>`)}
    ${failure ? problemOf(failure) : nothing}
    ${page?.problems.map((problem) => html`<p class="problem" role="alert">${problem}</p>`)}
    <p class="hint" role="status">${this.busy ? 'Looking at the answers …' : nothing}</p>
    ${page && !failure ? this.#found(page, { first, second: alone ? undefined : second }) : failure ? nothing : loadingState('Reading the answers …')}`;
  }

  #found(page: AnswerPage, { first, second }: Pick<RowColumns, 'first' | 'second'>): TemplateResult {
    const rows = this.#rows!;
    const samples = this.#samples!;
    const source = this.#sourceOf(this.sides![0])!.source;
    const columns = this.#columns(
      first,
      second,
      page.classes !== null,
      source.texts,
      samples.failure !== undefined,
    );
    const active = rows.at(this.active);
    return html`${answerFigures(page, first, second ?? first)}
    ${second === undefined ? nothing : labelTable(page.labels, first, second)}
    ${
      samples.failure
        ? html`<p class="problem" role="status">The samples cannot be shown, only what was answered to them. ${samples.failure.message} ${samples.failure.remedy}
          ${quietButton('Try Again', () => samples.retry())}</p>`
        : nothing
    }
    ${
      page.matched === 0
        ? html`<p class="hint">No sample is what the filter asks for.</p>`
        : html`<div class="answers-beside" aria-busy=${this.busy}>
            <distillery-answer-list
              class="card flush"
              .rows=${rows}
              .samples=${samples}
              .count=${page.matched}
              .columns=${columns}
              .active=${this.active}
              .version=${this.version}
              .onActive=${this.#activate}
              .onOpen=${this.#open}
            ></distillery-answer-list>
            ${sampleDetail(active, active && samples.at(active.position), columns, this.#onDetailKey)}
          </div>`
    }
    ${page.classes && second !== undefined ? html`<p class="hint">Lost: by how much less probable ${second} finds the label than ${first}. Divergence: Jensen–Shannon, in bits${page.exact ? '' : ', of the classes that were kept; what is left is taken to be spread evenly'}.</p>` : nothing}
    ${page.losses && second !== undefined ? html`<p class="hint">Lost: by how much more a text costs ${second} than ${first}, ${page.unit}. Each text counts once, however long it is; the interval takes texts to be independent, which pieces of one book are not.</p>` : nothing}`;
  }

  readonly #activate = (index: number) => {
    this.active = index;
  };

  readonly #open = () => {
    this.querySelector<HTMLElement>('.sample-detail')?.focus();
  };

  readonly #onDetailKey = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    this.querySelector<AnswerList>('distillery-answer-list')?.focusActive();
    event.preventDefault();
  };
}

const problemOf = ({ message, remedy }: HostError): TemplateResult =>
  html`<p class="problem" role="alert">${message} ${remedy}</p>`;

declare global {
  interface HTMLElementTagNameMap {
    'distillery-answers': AnswersView;
  }
}
