import {
  type Commands,
  type HostMessage,
  isHostMessage,
  isResult,
  type Method,
  type Notifications,
  type PageMessage,
  type Requests,
} from '../protocol/messages.ts';

/** What VS Code gives to a webview's page; may be asked for once. */
export interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

/** Why the host did not answer as it should; the message is for people. */
export class HostError extends Error {
  readonly remedy: string | undefined;
  constructor(message: string, remedy?: string) {
    super(message);
    this.name = 'HostError';
    this.remedy = remedy;
  }
}

type Listener<Name extends keyof Notifications> = (message: Notifications[Name]) => void;

interface Waiting {
  readonly method: Method;
  readonly resolve: (result: never) => void;
  readonly reject: (error: HostError) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** The extension as the page sees it: questions with one answer or an error in time, commands, and what the host tells. */
export class Host {
  readonly #api: VsCodeApi;
  readonly #patience: number;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Map<string, Set<(message: never) => void>>();
  #lastId = 0;

  /** @param patience milliseconds after which a request counts as not answered. */
  constructor(api: VsCodeApi, patience = 20_000) {
    this.#api = api;
    this.#patience = patience;
    window.addEventListener('message', (event: MessageEvent<unknown>) => this.#receive(event.data));
  }

  request<Name extends Method>(
    method: Name,
    parameters: Requests[Name]['parameters'],
  ): Promise<Requests[Name]['result']> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(
          new HostError(
            'The extension did not answer in time.',
            'Try again; reload the window if it stays so.',
          ),
        );
      }, this.#patience);
      this.#waiting.set(id, { method, resolve, reject, timer });
      this.#post({ kind: 'request', id, method, parameters } as PageMessage);
    });
  }

  command<Name extends keyof Commands>(name: Name, content: Commands[Name]): void {
    this.#post({ ...content, kind: 'command', name } as PageMessage);
  }

  /** @returns how to stop listening. */
  on<Name extends keyof Notifications>(name: Name, listener: Listener<Name>): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    listeners.add(listener as (message: never) => void);
    return () => listeners.delete(listener as (message: never) => void);
  }

  #post(message: PageMessage): void {
    this.#api.postMessage(message);
  }

  #receive(message: unknown): void {
    if (!isHostMessage(message)) {
      console.warn('Distillery: a message of an unknown shape was dropped.');
      return;
    }
    if (message.kind === 'response') this.#settle(message);
    else for (const listener of this.#listeners.get(message.name) ?? []) listener(message as never);
  }

  #settle(message: Extract<HostMessage, { kind: 'response' }>): void {
    const waiting = this.#waiting.get(message.id);
    if (waiting === undefined) return;
    this.#waiting.delete(message.id);
    clearTimeout(waiting.timer);
    if ('error' in message) waiting.reject(new HostError(message.error.message, message.error.remedy));
    else if (isResult(waiting.method, message.result)) waiting.resolve(message.result as never);
    else
      waiting.reject(
        new HostError('The extension answered in a form this page does not know.', 'Reload the window.'),
      );
  }
}
