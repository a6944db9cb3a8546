import { nestingOfJson } from '../../base/nesting.ts';
import { type Access, NetworkProblem, Refusal, request } from '../../data/network/request.ts';
import type { ServerConfig } from '../../experiment/schema/server-schema.ts';
import { addressOf, hostOf } from './address.ts';

/** Bytes of an answer: 32 thousand tokens with twenty alternatives each are a tenth of it. */
export const mostBytes = 64 << 20;
/** Of what a server says is wrong. */
const mostErrorBytes = 64 << 10;
/** Deeper than any answer of the interface. */
const deepest = 50;

/** A server that refuses, with what it says. */
export class ServerRefusal extends Refusal {
  /** Its own words, cut to a line and without the key; empty where it has none that can be shown. */
  readonly said: string;

  constructor(answer: ConstructorParameters<typeof Refusal>[0], said: string) {
    super(answer);
    this.said = said;
  }
}

/** What is no answer of the interface, such as a page of a proxy. The message has no full stop. */
export class NoAnswer extends NetworkProblem {
  /** Whether asking again is of use. */
  readonly isTemporary: boolean;

  constructor(message: string, { isTemporary = true } = {}) {
    super(message);
    this.isTemporary = isTemporary;
  }
}

/** How one request of a server is made. */
export interface Exchange {
  readonly server: ServerConfig;
  readonly key: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * One request and its answer, as JSON that is not looked at yet.
 * @throws ServerRefusal if the server does not give it
 * @throws NetworkProblem if there is no answer; NoAnswer if it is none of the interface
 * @throws the reason of the signal, at once when it aborts
 */
export async function exchange(path: string, body: unknown, how: Exchange): Promise<unknown> {
  const { server, key, signal } = how;
  const ms = 1000 * server.timeout;
  // Also bounds an answer that trickles in for ever.
  const late = AbortSignal.timeout(2 * ms);
  const access: Access = {
    home: server.url,
    token: key,
    signal: signal ? AbortSignal.any([signal, late]) : late,
    limits: { answerMs: ms, silenceMs: ms, waitMs: -1, attempts: 1, pauseMs: 0, redirects: 0 },
  };
  try {
    const answer = await request(
      addressOf(server, path),
      { 'Content-Type': 'application/json', Accept: 'application/json', 'Accept-Encoding': 'identity' },
      access,
      JSON.stringify(body),
    );
    const good = answer.status >= 200 && answer.status < 300;
    const bytes = await wholeBody(answer.chunks(), good ? mostBytes : mostErrorBytes);
    if (!good) throw new ServerRefusal(answer, saidIn(bytes?.toString('utf8') ?? '', key));
    if (!bytes)
      throw new NoAnswer(`${answer.host} sends an answer of more than ${mostBytes >> 20} MiB`, {
        isTemporary: false,
      });
    return parsed(bytes.toString('utf8'), answer.host);
  } catch (error) {
    if (late.aborted && !signal?.aborted)
      throw new NetworkProblem(`${hostOf(server)} has not answered for ${(2 * ms) / 1000} s`);
    throw error;
  }
}

/** @returns undefined where there is more of it than allowed; the rest is not read */
async function wholeBody(chunks: AsyncIterable<Uint8Array>, most: number): Promise<Buffer | undefined> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > most) return undefined;
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

function parsed(text: string, host: string): unknown {
  try {
    if (nestingOfJson(text) > deepest) throw new SyntaxError('It nests too deep.');
    return JSON.parse(text);
  } catch {
    const begun = text.trimStart();
    const what =
      begun === ''
        ? 'nothing'
        : /^<(!doctype|html|\?xml)/i.test(begun)
          ? 'a web page'
          : begun.startsWith('data:')
            ? 'a stream, which was not asked for'
            : `what is no JSON, beginning ${JSON.stringify(begun.slice(0, 40))}`;
    throw new NoAnswer(`${host} answers with ${what}`);
  }
}

/** Characters of a server's own words. */
const longestSaid = 300;

/** What a server says is wrong: the message of the interface, or nothing. @param key never to be shown */
export function saidIn(text: string, key: string | undefined): string {
  let said: unknown;
  try {
    const content = JSON.parse(text);
    said = content?.error?.message ?? content?.error ?? content?.message ?? content?.detail;
  } catch {
    return '';
  }
  if (typeof said !== 'string') return '';
  const plain = (key === undefined ? said : said.replaceAll(key, '…'))
    // Keys are shown in part by some servers.
    .replaceAll(/\b(sk|key|hf|gsk|pk)[-_][\w*.…-]{4,}/gi, '…')
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  return plain.length > longestSaid ? `${plain.slice(0, longestSaid)}…` : plain;
}
