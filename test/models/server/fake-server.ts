import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import { z } from 'zod';

/** What a request may hold; anything else is refused, as strict servers do. */
const common = {
  model: z.string(),
  max_tokens: z.int().min(1),
  temperature: z.number().min(0),
  top_p: z.number().gt(0).max(1).optional(),
  top_k: z.int().min(1).optional(),
  seed: z.int().optional(),
};
const bodies = {
  '/v1/chat/completions': z.strictObject({
    ...common,
    messages: z
      .array(z.strictObject({ role: z.enum(['system', 'user']), content: z.string().min(1) }))
      .min(1),
    logprobs: z.literal(true).optional(),
    top_logprobs: z.int().min(1).max(20).optional(),
  }),
  '/v1/completions': z.strictObject({
    ...common,
    prompt: z.string().min(1),
    logprobs: z.int().min(1).optional(),
  }),
};

export interface Asked {
  readonly path: keyof typeof bodies;
  /** What the model reads. */
  readonly text: string;
  readonly maxTokens: number;
  readonly logprobs: number;
  readonly seed: number | undefined;
}

/** One place of an answer: the token, and others that were likely, with natural logarithms. */
export type Place = readonly (readonly [token: string, logprob: number])[];

export interface Written {
  readonly text: string;
  readonly finish?: string;
  readonly places?: readonly Place[];
}

/** Something else than an answer: it writes to the response, or leaves it open. */
export type Fault = (response: ServerResponse, request: IncomingMessage) => void;

export interface FakeOptions {
  readonly model?: string;
  /** Requests without it are refused. */
  readonly key?: string;
  /** What the model answers. */
  readonly answer: (asked: Asked) => Written;
  /** What goes wrong with the n-th request, from 1 on. */
  readonly fault?: (n: number, asked: Asked) => Fault | undefined;
}

/** A server of the interface, as strict as the strictest: it counts what it was asked, and what it answered. */
export async function fakeServer(options: FakeOptions) {
  const model = options.model ?? 'fake-1';
  let requests = 0;
  let underway = 0;
  let mostAtOnce = 0;
  let servedAs = model;
  /** Times that each text was answered whole. */
  const answered = new Map<string, number>();
  const headers: IncomingMessage['headers'][] = [];
  const server = createServer(async (request, response) => {
    const n = ++requests;
    headers.push(request.headers);
    mostAtOnce = Math.max(mostAtOnce, ++underway);
    response.once('close', () => underway--);
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const refuse = (status: number, message: string) =>
      send(response, status, { error: { message, type: 'invalid_request_error' } });
    const schema = bodies[request.url as keyof typeof bodies];
    if (request.method !== 'POST' || !schema) return refuse(404, 'There is nothing here.');
    if (request.headers['content-type'] !== 'application/json') return refuse(415, 'Send JSON.');
    const authorization = options.key === undefined ? undefined : `Bearer ${options.key}`;
    if (request.headers.authorization !== authorization)
      return refuse(401, `Incorrect API key provided: ${request.headers.authorization?.slice(7)}`);
    const parsed = schema.safeParse(JSON.parse(Buffer.concat(parts).toString()));
    if (!parsed.success) return refuse(400, z.prettifyError(parsed.error));
    const body = parsed.data;
    if (body.model !== model) return refuse(404, `The model ${body.model} does not exist.`);
    const chat = 'messages' in body;
    const asked: Asked = {
      path: request.url as Asked['path'],
      text: chat ? body.messages.map(({ content }) => content).join('\n') : body.prompt,
      maxTokens: body.max_tokens,
      logprobs: chat ? (body.top_logprobs ?? 0) : (body.logprobs ?? 0),
      seed: body.seed,
    };
    const fault = options.fault?.(n, asked);
    if (fault) return fault(response, request);
    const { text, finish = 'stop', places } = options.answer(asked);
    response.once('finish', () => answered.set(asked.text, (answered.get(asked.text) ?? 0) + 1));
    send(response, 200, {
      id: `answer-${n}`,
      model: servedAs,
      usage: { prompt_tokens: asked.text.split(' ').length, completion_tokens: text.split(' ').length },
      choices: [
        chat
          ? {
              index: 0,
              finish_reason: finish,
              message: { role: 'assistant', content: text },
              ...(places && { logprobs: { content: places.map(ofChat) } }),
            }
          : {
              index: 0,
              finish_reason: finish,
              text,
              ...(places && {
                logprobs: {
                  tokens: places.map(([first]) => first![0]),
                  token_logprobs: places.map(([first]) => first![1]),
                  top_logprobs: places.map((place) => Object.fromEntries(place)),
                },
              }),
            },
      ],
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  after(close);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    model,
    answered,
    headers,
    close,
    get requests() {
      return requests;
    },
    get mostAtOnce() {
      return mostAtOnce;
    },
    /** From now on it says that it is another model. */
    becomes(other: string) {
      servedAs = other;
    },
  };
}

const ofChat = (place: Place) => ({
  token: place[0]![0],
  logprob: place[0]![1],
  top_logprobs: place.map(([token, logprob]) => ({ token, logprob })),
});

export function send(response: ServerResponse, status: number, content: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(content));
}

export const refusal =
  (status: number, message: string, headers: Record<string, string> = {}): Fault =>
  (response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    send(response, status, { error: { message } });
  };

export const webPage: Fault = (response) => {
  response
    .writeHead(200, { 'Content-Type': 'text/html' })
    .end('<!DOCTYPE html><html><body>Sign in</body></html>');
};

/** The connection ends in the middle of an answer. */
export const cutOff: Fault = (response) => {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '1000' });
  response.write('{"choices": [', () => response.destroy());
};

/** Never ends to answer. */
export const silent: Fault = () => {};

export const nonsense: Fault = (response) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end('data: {"choi\n\ndata: ces"\n\n');
};

/** More than anybody wants to hold, without an end. */
export const endless: Fault = (response) => {
  response.writeHead(200, { 'Content-Type': 'application/json' });
  const more = () => {
    while (!response.destroyed && response.write(Buffer.alloc(1 << 20, 'a')));
    if (!response.destroyed) response.once('drain', more);
  };
  more();
};
