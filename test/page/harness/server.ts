import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { pageHtml } from '../../../extension/dashboard/page-html.ts';

export interface HarnessServer {
  /** Address of the page; add a query such as ?theme=dark&runs=200. */
  readonly address: string;
  close(): Promise<void>;
}

/**
 * Serves the dashboard's page as the extension does, under the same policy, with a fake host in front of it.
 * @param folder that bundleTestPage() of build/testing/test-page.mjs has filled
 */
export async function serveHarness(folder: string, port = 0): Promise<HarnessServer> {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    if (path === '/') {
      const nonce = 'harness';
      const page = pageHtml({
        nonce,
        cspSource: "'self'",
        script: '/dashboard.js',
        style: '/dashboard.css',
        title: 'Distillery',
        view: { panel: 'harness', at: 0, state: {} },
      }).replace('<body>', `<body><script nonce="${nonce}" src="/fake-host.js"></script>`);
      response.setHeader('content-type', 'text/html; charset=utf-8').end(page);
      return;
    }
    if (path === '/favicon.ico') {
      response.writeHead(204).end();
      return;
    }
    try {
      const type = path.endsWith('.css')
        ? 'text/css'
        : path.endsWith('.js')
          ? 'text/javascript'
          : 'application/json';
      const content = await readFile(join(folder, path.slice(1).replaceAll('..', '')));
      response.setHeader('content-type', `${type}; charset=utf-8`).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  return {
    address: `http://127.0.0.1:${(server.address() as { port: number }).port}/`,
    close: () => stop(server),
  };
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((done) => server.close(() => done()));
}
