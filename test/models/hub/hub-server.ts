import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

export const commit = 'a'.repeat(40);

/** A small Hugging Face Hub on this machine, with one model, tiny/model, and a record of what was asked. */
export interface HubServer {
  readonly url: string;
  readonly requests: {
    path: string;
    range: string | undefined;
    ifRange: string | undefined;
    token: string | undefined;
  }[];
  /** Called before a file is sent; returning true means the answer has been given. */
  intercept: (name: string, response: ServerResponse, content: Buffer, start: number) => boolean;
  /** Called first, whatever is asked; returning true means the answer has been given. */
  answer: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Answers every request with this status. */
  refuse: number | undefined;
  close(): Promise<void>;
}

export async function startHub(
  context: TestContext,
  files: ReadonlyMap<string, Buffer>,
  { token }: { token?: string } = {},
): Promise<HubServer> {
  const requests: HubServer['requests'] = [];
  const server = createServer((request, response) => answer(request, response));
  const hub: HubServer = {
    url: '',
    requests,
    intercept: () => false,
    answer: () => false,
    refuse: undefined,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  const json = (response: ServerResponse, body: unknown) => {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(body));
  };
  function answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url!.split('?')[0]!;
    requests.push({
      path,
      range: request.headers.range,
      ifRange: request.headers['if-range'] as string | undefined,
      token: request.headers.authorization,
    });
    if (hub.answer(request, response)) return;
    if (hub.refuse !== undefined) {
      response.statusCode = hub.refuse;
      json(response, { error: 'no' });
    } else if (token && request.headers.authorization !== `Bearer ${token}`) {
      response.statusCode = 401;
      json(response, { error: 'gated' });
    } else if (path === '/api/models/tiny/model/revision/main')
      json(response, { id: 'tiny/model', sha: commit });
    else if (path === `/api/models/tiny/model/tree/${commit}`) json(response, [...files].map(entry));
    else if (path.startsWith(`/tiny/model/resolve/${commit}/`))
      send(path.slice(`/tiny/model/resolve/${commit}/`.length), request, response);
    else {
      response.statusCode = 404;
      json(response, { error: 'not found' });
    }
  }
  function send(name: string, request: IncomingMessage, response: ServerResponse): void {
    const content = files.get(name)!;
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (hub.intercept(name, response, content, start)) return;
    sendFrom(start, response, content);
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => hub.close());
  return Object.assign(hub, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

/** Sends a file from a byte on; with `most`, only so many bytes of what it announces, and then nothing more. */
export function sendFrom(start: number, response: ServerResponse, content: Buffer, most?: number): void {
  response.writeHead(start > 0 ? 206 : 200, {
    'Content-Length': content.length - start,
    ...(start > 0 && { 'Content-Range': `bytes ${start}-${content.length - 1}/${content.length}` }),
  });
  if (most === undefined) response.end(content.subarray(start));
  else response.write(content.subarray(start, start + most));
}

function entry([path, content]: [string, Buffer]) {
  const git = createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
  const sha256 = createHash('sha256').update(content).digest('hex');
  const lfs = /\.(safetensors|onnx|onnx_data)$/.test(path) && {
    oid: sha256,
    size: content.length,
    pointerSize: 130,
  };
  return { type: 'file', path, size: content.length, oid: git, ...(lfs && { lfs }) };
}
