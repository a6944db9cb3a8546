import type { AnswerRow } from '../../src/answers/answer-page.ts';
import type { ShownSample } from '../../src/checks/samples/sample-schema.ts';
import type { Host, HostError } from '../host/host.ts';
import type { AnswerQuestion } from '../protocol/answers.ts';

/** Rows that are asked for at once. */
export const pageSize = 100;
/** Pages, and samples, that are remembered: what was scrolled past is asked for anew. */
const mostPages = 30;
const mostSamples = 1500;
const samplesAtOnce = 40;

/** Keeps so many of what was added last. */
function keep<K, V>(kept: Map<K, V>, key: K, value: V, most: number): void {
  kept.delete(key);
  kept.set(key, value);
  if (kept.size > most) kept.delete(kept.keys().next().value!);
}

/** Rows of one question, page by page as they are seen. */
export class FetchedRows {
  readonly #ask: (question: AnswerQuestion) => Promise<readonly AnswerRow[] | undefined>;
  readonly #question: Omit<AnswerQuestion, 'offset' | 'count'>;
  readonly #pages = new Map<number, readonly AnswerRow[]>();
  readonly #asked = new Set<number>();
  readonly #came: () => void;

  /**
   * @param ask answers undefined where nobody wants to know any more
   * @param came is called when rows are there that were asked for
   */
  constructor(
    question: Omit<AnswerQuestion, 'offset' | 'count'>,
    first: readonly AnswerRow[],
    ask: (question: AnswerQuestion) => Promise<readonly AnswerRow[] | undefined>,
    came: () => void,
  ) {
    this.#question = question;
    this.#ask = ask;
    this.#came = came;
    this.#pages.set(0, first);
  }

  /** The row at an index, where it is there. */
  at(index: number): AnswerRow | undefined {
    return this.#pages.get(Math.floor(index / pageSize))?.[index % pageSize];
  }

  /** These rows are seen. */
  want(from: number, end: number): void {
    if (end <= from) return;
    for (let page = Math.floor(from / pageSize); page <= Math.floor((end - 1) / pageSize); page++) {
      const there = this.#pages.get(page);
      if (there) keep(this.#pages, page, there, mostPages);
      if (there || this.#asked.has(page)) continue;
      this.#asked.add(page);
      this.#ask({ ...this.#question, offset: page * pageSize, count: pageSize }).then(
        (rows) => {
          this.#asked.delete(page);
          if (!rows) return;
          keep(this.#pages, page, rows, mostPages);
          this.#came();
        },
        // Asked again when it is seen again.
        () => this.#asked.delete(page),
      );
    }
  }
}

/** The samples of a run, as they are seen; one that cannot be shown makes none be asked for any more. */
export class FetchedSamples {
  readonly #host: Host;
  readonly #run: string;
  readonly #came: () => void;
  readonly #samples = new Map<number, ShownSample>();
  #wanted: readonly number[] = [];
  #asking = false;
  #failure: HostError | undefined;

  constructor(host: Host, run: string, came: () => void) {
    this.#host = host;
    this.#run = run;
    this.#came = came;
  }

  get run(): string {
    return this.#run;
  }

  /** Why samples cannot be shown. */
  get failure(): HostError | undefined {
    return this.#failure;
  }

  at(position: number): ShownSample | undefined {
    return this.#samples.get(position);
  }

  /** These are seen now; what was before need not come any more. */
  want(positions: readonly number[]): void {
    this.#wanted = positions.filter((position) => !this.#samples.has(position));
    void this.#fetch();
  }

  /** Nobody looks any more. */
  stop(): void {
    this.#wanted = [];
  }

  /** Asks anew after a failure. */
  retry(): void {
    this.#failure = undefined;
    void this.#fetch();
  }

  async #fetch(): Promise<void> {
    if (this.#asking || this.#failure) return;
    this.#asking = true;
    try {
      while (this.#wanted.length > 0) {
        const positions = this.#wanted.slice(0, samplesAtOnce);
        const found = await this.#host.request('samples', { run: this.#run, positions });
        // Null: the data is being read still.
        if (!found) continue;
        for (const sample of found) keep(this.#samples, sample.position, sample, mostSamples);
        const there = new Set([...positions, ...found.map(({ position }) => position)]);
        this.#wanted = this.#wanted.filter((position) => !there.has(position));
        this.#came();
      }
    } catch (error) {
      this.#failure = error as HostError;
      this.#came();
    } finally {
      this.#asking = false;
    }
  }
}
