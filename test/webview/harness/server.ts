import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { bundleWebview } from '../../../build/webview.mjs';
import { pageHtml } from '../../../extension/dashboard/page-html.ts';

const root = resolve(import.meta.dirname, '../../..');

export interface HarnessServer {
  /** Address of the page; add a query such as ?theme=dark&runs=200. */
  readonly address: string;
  close(): Promise<void>;
}

/** Serves the dashboard's page as the extension does, under the same policy, with a fake host in front of it. */
export async function serveHarness(folder: string, port = 0): Promise<HarnessServer> {
  await Promise.all([
    bundleWebview(folder),
    build({
      absWorkingDir: root,
      bundle: true,
      logLevel: 'warning',
      mainFields: ['browser', 'module', 'main'],
      platform: 'browser',
      format: 'iife',
      target: 'chrome132',
      outfile: join(folder, 'fake-host.js'),
      entryPoints: ['test/webview/harness/fake-host.ts'],
    }),
  ]);
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
