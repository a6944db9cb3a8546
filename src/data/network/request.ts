import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestLimits } from './limits.ts';

/** What went wrong between here and a server; the message has no full stop and names the host. */
export class NetworkProblem extends Error {}

/** A server that answers, but does not give what it was asked for. */
export class Refusal extends Error {
  readonly status: number;
  readonly host: string;
  /** How long it wants to be left alone. */
  readonly retryAfterMs: number | undefined;

  constructor(answer: Pick<Answer, 'status' | 'headers' | 'host'>) {
    super(`${answer.host} answers ${answer.status}`);
    this.status = answer.status;
    this.host = answer.host;
    this.retryAfterMs = retryAfterMs(answer);
  }

  /** Whether the same request may be granted later. */
  get isTemporary(): boolean {
    return this.status >= 500 || this.status === 429 || this.status === 408;
  }
}

/** How a server is reached. */
export interface Access {
  /** Its address. */
  readonly home: string;
  /** Goes to addresses of `home` only, wherever a page or a redirect leads. */
  readonly token?: string | undefined;
  readonly signal: AbortSignal | undefined;
  readonly limits: RequestLimits;
}

/** An answer whose headers are here. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly host: string;
  /** Its body, as it arrives. @throws NetworkProblem when nothing arrives for too long, or the connection ends */
  chunks(): AsyncGenerator<Uint8Array>;
  /** Closes the connection without reading the body. */
  discard(): void;
}

const politeAttempts = 4;

/**
 * Asks a server, within limits: for how long it may say nothing, how often it may point elsewhere, and never from https to
 * http. A server that is busy and says for how long (429 or 503 with Retry-After) is asked again after that time.
 * @param post what is sent, by POST; it goes to the address that was named and nowhere else: redirects are answers then
 * @throws NetworkProblem if there is no answer
 * @throws the reason of the signal, at once when it aborts
 */
export async function request(
  address: string,
  headers: Readonly<Record<string, string>>,
  asked: Access,
  post?: string,
): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const answer = await follow(address, headers, asked, post);
    const waitMs = retryAfterMs(answer);
    if (waitMs === undefined || waitMs > asked.limits.waitMs || attempt === politeAttempts) return answer;
    answer.discard();
    await sleep(waitMs, undefined, { signal: asked.signal }).catch(() => asked.signal?.throwIfAborted());
  }
}

/** How long a busy server wants to be left alone; undefined if it is not busy, or does not say. */
function retryAfterMs({ status, headers }: Pick<Answer, 'status' | 'headers'>): number | undefined {
  const given = headers.get('Retry-After')?.trim();
  if ((status !== 429 && status !== 503) || !given) return undefined;
  const ms = /^\d+$/.test(given) ? 1000 * Number(given) : Date.parse(given) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

async function follow(
  address: string,
  headers: Readonly<Record<string, string>>,
  asked: Access,
  post: string | undefined,
): Promise<Answer> {
  const home = new URL(asked.home);
  let url = new URL(address, home);
  refuseDowngrade(home, url);
  for (let redirects = 0; ; redirects++) {
    const answer = await ask(
      url,
      withToken(headers, url.origin === home.origin ? asked.token : undefined),
      asked,
      post,
    );
    const target = answer.headers.get('Location');
    if (post !== undefined || ![301, 302, 303, 307, 308].includes(answer.status) || target === null)
      return answer;
    answer.discard();
    if (redirects === asked.limits.redirects)
      throw new NetworkProblem(`${url.host} redirects more than ${asked.limits.redirects} times`);
    const next = URL.canParse(target, url.href) ? new URL(target, url) : undefined;
    if (!next) throw new NetworkProblem(`${url.host} redirects to what is no address`);
    refuseDowngrade(url, next);
    url = next;
  }
}

/** What began encrypted stays so; where the user chose http://, as for a mirror on their own machine, that is theirs to do. */
function refuseDowngrade(from: URL, to: URL): void {
  if (to.protocol !== 'https:' && to.protocol !== from.protocol)
    throw new NetworkProblem(`${from.host} leads from ${from.protocol}// to ${to.protocol}// at ${to.host}`);
}

async function ask(
  url: URL,
  headers: Record<string, string>,
  { signal, limits }: Access,
  post: string | undefined,
): Promise<Answer> {
  const stopping = new AbortController();
  const giveUp = (ms: number, what: string) =>
    setTimeout(() => stopping.abort(new NetworkProblem(`${url.host} ${what} for ${ms / 1000} s`)), ms);
  // Node allows ten seconds of these for connecting.
  const timer = giveUp(limits.answerMs, 'has not answered');
  let response: Response;
  try {
    response = await fetch(url, {
      headers,
      ...(post !== undefined && { method: 'POST', body: post }),
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, stopping.signal]) : stopping.signal,
    });
  } catch (error) {
    throw problemWith(error, signal, url);
  } finally {
    clearTimeout(timer);
  }
  const { status, headers: received, body } = response;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    if (!body) return;
    const reader = body.getReader();
    try {
      for (;;) {
        const silence = giveUp(limits.silenceMs, 'has sent nothing');
        const { done, value } = await reader.read().finally(() => clearTimeout(silence));
        if (done) return;
        yield value;
      }
    } catch (error) {
      throw problemWith(error, signal, url);
    } finally {
      discard();
    }
  }
  const discard = () => stopping.abort(new NetworkProblem(`${url.host} is no longer listened to`));
  return { status, headers: received, host: url.host, chunks, discard };
}

const withToken = (headers: Readonly<Record<string, string>>, token: string | undefined) => ({
  ...headers,
  ...(token !== undefined && { Authorization: `Bearer ${token}` }),
});

function problemWith(error: unknown, signal: AbortSignal | undefined, url: URL): unknown {
  if (signal?.aborted) return signal.reason;
  return error instanceof NetworkProblem ? error : new NetworkProblem(`${url.host}: ${reasonOf(error)}`);
}

/** Node's fetch hides the reason one level down; where several addresses of a host were tried, only its code says it. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  if (!(cause instanceof Error)) return message;
  return cause.message || ((cause as NodeJS.ErrnoException).code ?? message);
}
