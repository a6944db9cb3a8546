import { UserError } from '../../base/user-error.ts';
import type { ServerConfig } from '../../experiment/schema/server-schema.ts';

/** A key that may stand in a header, and that somebody could have meant. */
const keyPattern = /^[\x21-\x7e]{1,4096}$/;

/** Where a path of the interface lies. */
export const addressOf = ({ url }: Pick<ServerConfig, 'url'>, path: string): string =>
  `${url.replace(/\/+$/, '')}/${path}`;

/** For people: who is asked. */
export const hostOf = ({ url }: Pick<ServerConfig, 'url'>): string => new URL(url).host;

/** Whether what is sent stays on this machine. */
export function isLocal({ url }: Pick<ServerConfig, 'url'>): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}

/** Whether a key would be sent for everybody on the way to read. */
export const showsKey = (server: Pick<ServerConfig, 'url' | 'keyFrom'>): boolean =>
  server.keyFrom !== undefined && new URL(server.url).protocol !== 'https:' && !isLocal(server);

/**
 * Takes the key that a server is asked with out of the environment of this process: no process that this one starts has it.
 * @returns what gives the key, and throws a UserError where there is none, naming the variable alone
 */
export function takeKey(
  server: Pick<ServerConfig, 'url' | 'keyFrom'>,
  environment: NodeJS.ProcessEnv = process.env,
): () => string | undefined {
  const { keyFrom } = server;
  if (keyFrom === undefined) return () => undefined;
  const key = environment[keyFrom]?.trim();
  delete environment[keyFrom];
  return () => soundKey(key, keyFrom, server);
}

function soundKey(
  key: string | undefined,
  keyFrom: string,
  server: Pick<ServerConfig, 'url' | 'keyFrom'>,
): string {
  if (key === undefined || key === '')
    throw new UserError(
      `The key of ${hostOf(server)} is to be in ${keyFrom}, and the environment of this run has no such variable.`,
      {
        remedy: `Set ${keyFrom} before the command, or in VS Code use “Distillery: Set Key of a Server…”; then resume the run.`,
      },
    );
  if (!keyPattern.test(key))
    throw new UserError(`What ${keyFrom} holds is no key: it has spaces or characters that no key has.`, {
      remedy: 'Set it to the key alone.',
    });
  if (showsKey(server))
    throw new UserError(`The key in ${keyFrom} would go to ${hostOf(server)} unencrypted.`, {
      remedy: 'Use the https:// address of the server.',
    });
  return key;
}
