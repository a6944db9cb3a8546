import { UserError } from '../../src/base/user-error.ts';
import type { RunEvent } from '../../src/worker/directory/events.ts';
import type { EventLine } from '../../webview/protocol/detail.ts';
import {
  type CommandMessage,
  type HostMessage,
  isPageMessage,
  type Navigation,
  type RequestMessage,
} from '../../webview/protocol/messages.ts';
import type { RunsChanges } from '../../webview/protocol/rows.ts';
import { type AnswerSources, answersFrom } from './answers.ts';
import { NewPoints } from './curves.ts';
import { eventLine, unlistedEvents } from './detail/event-lines.ts';
import type { LogTail } from './detail/log-tail.ts';
import { Pacer } from './pacer.ts';
import type { LiveRows } from './rows/live-rows.ts';
import { merged } from './rows/row-cache.ts';
import type { SavedViews } from './saved-views.ts';

/** The page hears of news at most ten times a second. */
const pauseMs = 100;

type OwnCommand = Extract<
  CommandMessage,
  { name: 'ready' | 'watch' | 'navigated' | 'keepView' | 'saveViews' }
>;
/** A command that changes something, or shows something elsewhere. */
export type ActionMessage = Exclude<CommandMessage, OwnCommand>;

export interface SessionSources extends Omit<AnswerSources, 'opened'> {
  readonly rows: LiveRows;
  /** Folders whose runs cannot be read, and why. */
  failures(): readonly { readonly name: string; readonly error: Error }[];
  post(message: HostMessage): void;
  act(message: ActionMessage): Promise<void>;
  navigated(navigation: Navigation): void;
  /** How the page is set now. */
  keepView(view: unknown): void;
  readonly savedViews: SavedViews;
  log(doing: string, error: unknown): void;
}

/** What is said between the host and one page: it answers, follows what the page watches, and tells a hidden page nothing. */
export class Session {
  readonly #sources: SessionSources;
  readonly #answers: ReturnType<typeof answersFrom>;
  readonly #pacer = new Pacer(pauseMs, () => this.#tell());
  readonly #unsubscribe: (() => void)[];
  #listening = false;
  #toldUnreadable = false;
  #readyCount = 0;
  #goal: Navigation | undefined;
  #changes: RunsChanges | undefined;
  #watched = new Map<string, NewPoints>();
  #opened: { run: string; log: LogTail; events: EventLine[]; news: boolean } | undefined;

  constructor(sources: SessionSources) {
    this.#sources = sources;
    this.#answers = answersFrom({
      ...sources,
      opened: (run, log) => {
        this.#opened = { run, log, events: [], news: false };
      },
    });
    const rows = sources.rows.subscribe((changes) => {
      if (!this.#listening) return;
      this.#changes = this.#changes ? merged(this.#changes, changes) : changes;
      this.#pacer.announce();
    });
    const views = sources.savedViews.subscribe(() => {
      if (this.#listening) this.#tellViews();
    });
    this.#unsubscribe = [rows, views];
  }

  /** Leads the page somewhere: now, or as soon as it listens. */
  navigate(navigation: Navigation): void {
    if (this.#listening) this.#sources.post({ kind: 'notification', name: 'navigate', navigation });
    else this.#goal = navigation;
  }

  /** The page is seen again: it may have been kept as it was, and so need not say that it listens. */
  async show(): Promise<void> {
    if (!this.#listening && this.#readyCount > 0) await this.receive({ kind: 'command', name: 'ready' });
  }

  /** Nothing more is sent until the page is seen, or says that it listens. */
  hide(): void {
    this.#listening = false;
    this.#readyCount += 1;
    this.#changes = undefined;
    for (const points of this.#watched.values()) points.take();
    if (this.#opened) this.#opened.events = [];
  }

  /** What a worker reported. */
  recorded(run: string, events: readonly RunEvent[]): void {
    const points = this.#watched.get(run);
    if (!this.#listening || !points) return;
    points.add(events);
    if (this.#opened?.run === run) {
      const lines = events.filter(({ type }) => !unlistedEvents.includes(type));
      this.#opened.events.push(
        ...lines.map(({ seq, time, type, ...body }) => eventLine({ seq, time, type, body })),
      );
      this.#opened.news = true;
    }
    this.#pacer.announce();
  }

  /** Whatever the page sent. Resolves when it is dealt with; never rejects. */
  async receive(message: unknown): Promise<void> {
    if (!isPageMessage(message)) {
      this.#sources.log('dashboard', new Error('a message of an unknown shape was dropped'));
      return;
    }
    if (message.kind === 'request') await this.#answer(message);
    else await this.#obey(message);
  }

  async #answer(message: RequestMessage): Promise<void> {
    const { id, method, parameters } = message;
    try {
      const answer = this.#answers[method] as (given: typeof parameters) => Promise<unknown>;
      this.#sources.post({ kind: 'response', id, result: await answer(parameters) });
    } catch (error) {
      this.#sources.post({ kind: 'response', id, error: this.#problemOf(method, error) });
    }
  }

  async #obey(message: CommandMessage): Promise<void> {
    try {
      switch (message.name) {
        case 'ready':
          return await this.#welcome();
        case 'watch':
          this.#watched = new Map(
            message.runs.map((run) => [run, this.#watched.get(run) ?? new NewPoints(run)]),
          );
          return;
        case 'navigated':
          return this.#sources.navigated(message.navigation);
        case 'keepView':
          return this.#sources.keepView(message.view);
        case 'saveViews':
          return await this.#sources.savedViews.keep(message.views);
        default:
          return await this.#sources.act(message);
      }
    } catch (error) {
      this.#sources.post({
        kind: 'notification',
        name: 'problem',
        ...this.#problemOf(message.name, error),
      });
    }
  }

  async #welcome(): Promise<void> {
    this.#readyCount += 1;
    const turn = this.#readyCount;
    const { rows, post } = this.#sources;
    await rows.load();
    // The page was hidden meanwhile, or asked again.
    if (turn !== this.#readyCount) return;
    const goal = this.#goal;
    this.#goal = undefined;
    if (goal) post({ kind: 'notification', name: 'navigate', navigation: goal });
    this.#changes = undefined;
    this.#listening = true;
    this.#tellViews();
    // First, lest a page without rows says for a moment that there are none.
    this.tellUnreadable();
    post({ kind: 'notification', name: 'snapshot', snapshot: rows.cache.snapshot() });
  }

  /** Which folders cannot be read just now; also that all can be again. */
  tellUnreadable(): void {
    if (!this.#listening) return;
    const folders = this.#sources
      .failures()
      .map(({ name, error }) => ({ name, ...this.#problemOf('reading runs', error) }));
    if (folders.length === 0 && !this.#toldUnreadable) return;
    this.#toldUnreadable = folders.length > 0;
    this.#sources.post({ kind: 'notification', name: 'unreadable', folders });
  }

  #tellViews(): void {
    const { post, savedViews } = this.#sources;
    post({ kind: 'notification', name: 'views', views: savedViews.current });
  }

  async #tell(): Promise<void> {
    if (!this.#listening) return;
    const { post } = this.#sources;
    const changes = this.#changes;
    this.#changes = undefined;
    if (changes) post({ kind: 'notification', name: 'changes', changes });
    const curves = [...this.#watched.values()].flatMap((points) => points.take());
    if (curves.length > 0) post({ kind: 'notification', name: 'points', curves });
    const opened = this.#opened;
    if (!opened?.news) return;
    opened.news = false;
    const events = opened.events.splice(0);
    const log = await opened.log.read().catch(() => '');
    if (this.#listening && this.#opened === opened && (events.length > 0 || log !== ''))
      post({ kind: 'notification', name: 'events', run: opened.run, events, log });
  }

  #problemOf(doing: string, error: unknown): { message: string; remedy?: string } {
    this.#sources.log(`dashboard, ${doing}`, error);
    if (!(error instanceof UserError))
      return {
        message: error instanceof Error ? error.message : String(error),
        remedy: 'The output “Distillery” has more.',
      };
    const message = error.place ? `${error.message} (${error.place})` : error.message;
    return { message, ...(error.remedy !== undefined && { remedy: error.remedy }) };
  }

  dispose(): void {
    this.hide();
    this.#pacer.end();
    for (const stop of this.#unsubscribe) stop();
  }
}
