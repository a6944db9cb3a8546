import { listFiles, modelInfo } from '@huggingface/hub';
import { z } from 'zod';
import { UserError } from '../../base/user-error.ts';
import type { KnownFile } from '../../data/network/fetch-file.ts';
import { type Access, type Answer, NetworkProblem, Refusal, request } from '../../data/network/request.ts';
import type { HubLimits } from './limits.ts';
import { commitPattern, type HubReference, isPinned, nameOf } from './reference.ts';

/** How a hub is reached. */
export interface HubAccess extends Access {
  readonly limits: HubLimits;
}

/** What a hub says of a model: which commit its revision is now, and the files of it. */
export interface Listing {
  readonly commit: string;
  readonly files: ReadonlyMap<string, KnownFile>;
}

const bytes = z.number().int().nonnegative();
const entrySchema = z.object({
  type: z.string(),
  path: z.string(),
  size: bytes,
  oid: z.string().optional(),
  lfs: z.object({ oid: z.string(), size: bytes }).optional(),
});

/**
 * @throws NetworkProblem if there is no answer, or one that no hub gives
 * @throws Refusal if the hub has, or gives, no such model
 */
export async function listModel(reference: HubReference, access: HubAccess): Promise<Listing> {
  const hub = { hubUrl: access.home, accessToken: access.token, fetch: boundedFetch(access) };
  const { sha: commit } = await modelInfo({
    name: reference.repository,
    revision: reference.revision,
    additionalFields: ['sha'],
    ...hub,
  });
  if (!commitPattern.test(commit))
    throw new UserError(`The Hub names no commit for ${nameOf(reference)}.`, { remedy: 'Try again later.' });
  if (isPinned(reference) && commit !== reference.revision)
    throw new UserError(`The Hub names another commit than the one asked for, ${nameOf(reference)}.`, {
      remedy: 'Try again later, or set HF_ENDPOINT to another hub.',
    });
  const files = new Map<string, KnownFile>();
  for await (const given of listFiles({ repo: reference.repository, revision: commit, ...hub })) {
    const entry = entrySchema.safeParse(given);
    if (!entry.success)
      throw new NetworkProblem(`${new URL(access.home).host} lists files otherwise than a Hub does`);
    const { type, path, size, oid, lfs } = entry.data;
    if (type !== 'file') continue;
    files.set(path, {
      name: path,
      size: lfs?.size ?? size,
      hash: lfs
        ? { algorithm: 'sha256', value: lfs.oid }
        : // Of the Git blob.
          { algorithm: 'sha1', prefix: `blob ${size}\0`, value: oid ?? '' },
    });
  }
  return { commit, files };
}

/** What the hub library fetches with: it knows neither bounds nor an end, and would send the token wherever a page leads. */
function boundedFetch(access: HubAccess): typeof fetch {
  const { limits } = access;
  let pages = 0;
  return async (address) => {
    if (++pages > limits.pages)
      throw new NetworkProblem(`${new URL(access.home).host} lists files on more than ${limits.pages} pages`);
    const answer = await request(String(address), { Accept: 'application/json' }, access);
    const { status, headers } = answer;
    if (status < 200 || status > 299) {
      answer.discard();
      throw new Refusal(answer);
    }
    const link = headers.get('Link');
    return new Response(await jsonOf(answer, limits.answerBytes, pages > 1), {
      ...(link !== null && { headers: { Link: link } }),
    });
  };
}

/** The body of an answer, known to be an object, or a list of files. */
async function jsonOf(answer: Answer, most: number, isList: boolean): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.chunks()) {
    size += chunk.length;
    if (size > most)
      throw new NetworkProblem(`${answer.host} sends more than ${most} bytes where it describes a model`);
    parts.push(chunk);
  }
  const body = Buffer.concat(parts);
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (typeof value === 'object' && value !== null && Array.isArray(value) === isList)
      return new Uint8Array(body);
  } catch {
    // Said below.
  }
  throw new NetworkProblem(
    `${answer.host} does not answer as a Hub does; it may be a proxy or a page to sign in on`,
  );
}
