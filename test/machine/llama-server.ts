import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lacks } from './lacks.ts';

/** llama.cpp's own server, where somebody has it: named by the environment, or on the path. */
const variable = 'DISTILLERY_LLAMA_SERVER';
const found = [
  ...(process.env[variable] ? [process.env[variable]] : []),
  ...(process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'llama-server')),
].find((file) => existsSync(file));

/** Why there is no llama-server here, or false. */
export const withoutLlamaServer =
  found === undefined && lacks('llama-server', `install llama.cpp, or name its server in ${variable}`);

/** Serves a model until it is ended. @returns where its interface begins */
export async function startLlamaServer(model: string, alias: string): Promise<{ url: string; end(): void }> {
  const port = await freePort();
  const child = spawn(
    found!,
    [
      '-m',
      model,
      '--alias',
      alias,
      '--port',
      `${port}`,
      '--ctx-size',
      '512',
      '-np',
      '2',
      '-t',
      '1',
      '--no-warmup',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let printed = '';
  child.stderr.on('data', (data) => {
    printed = `${printed}${data}`.slice(-5000);
  });
  const home = `http://127.0.0.1:${port}`;
  while (child.exitCode === null) {
    const health = await fetch(`${home}/health`).catch(() => undefined);
    if (health?.ok) return { url: `${home}/v1`, end: () => child.kill('SIGKILL') };
    await sleep(100);
  }
  throw new Error(`llama-server ended by ${child.exitCode}:\n${printed}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return typeof address === 'object' && address ? address.port : 0;
}
