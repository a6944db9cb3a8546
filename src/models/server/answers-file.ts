import { join } from 'node:path';
import { stableHash } from '../../experiment/parsing/identity.ts';
import type { ServerConfig } from '../../experiment/schema/server-schema.ts';

const formatVersion = 1;

/** Where answers of a model on a server are kept, for all experiments that ask it. @param cacheDirectory the folder of all caches */
export const answersFile = (cacheDirectory: string, { url, model }: ServerConfig): string =>
  join(
    cacheDirectory,
    `server-${stableHash({ formatVersion, url: url.replace(/\/+$/, ''), model })}`,
    'answers.jsonl',
  );
