import { listFiles, modelInfo } from '@huggingface/hub';
import { z } from 'zod';
import { UserError } from '../../experiment/user-error.ts';
import type { RemoteFile } from './download-file.ts';
import type { HubLimits } from './limits.ts';
import { commitPattern, type HubReference, isPinned, nameOf } from './reference.ts';
import { type Answer, HubProblem, HubRefusal, request } from './request.ts';

/** How a hub is reached. */
export interface Access {
  readonly hubUrl: string;
  readonly token: string | undefined;
  readonly signal: AbortSignal | undefined;
  readonly limits: HubLimits;
}

/** What a hub says of a model: which commit its revision is now, and the files of it. */
export interface Listing {
  readonly commit: string;
  readonly files: ReadonlyMap<string, RemoteFile>;
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
 * @throws HubProblem if there is no answer, or one that no hub gives
 * @throws HubRefusal if the hub has, or gives, no such model
 */
export async function listModel(reference: HubReference, access: Access): Promise<Listing> {
  const hub = { hubUrl: access.hubUrl, accessToken: access.token, fetch: boundedFetch(access) };
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
  const files = new Map<string, RemoteFile>();
  for await (const given of listFiles({ repo: reference.repository, revision: commit, ...hub })) {
    const entry = entrySchema.safeParse(given);
    if (!entry.success)
      throw new HubProblem(`${new URL(access.hubUrl).host} lists files otherwise than a Hub does`);
    const { type, path, size, oid, lfs } = entry.data;
    if (type !== 'file') continue;
    files.set(path, {
      name: path,
      size: lfs?.size ?? size,
      hash: lfs ? { kind: 'sha256', value: lfs.oid } : { kind: 'git', value: oid ?? '' },
    });
  }
  return { commit, files };
}

/** What the hub library fetches with: it knows neither bounds nor an end, and would send the token wherever a page leads. */
function boundedFetch({ hubUrl, token, signal, limits }: Access): typeof fetch {
  let pages = 0;
  return async (address) => {
    if (++pages > limits.pages)
      throw new HubProblem(`${new URL(hubUrl).host} lists files on more than ${limits.pages} pages`);
    const answer = await request(String(address), {
      headers: { Accept: 'application/json' },
      token,
      home: hubUrl,
      signal,
      limits,
    });
    const { status, headers } = answer;
    if (status < 200 || status > 299) {
      answer.discard();
      throw new HubRefusal(answer);
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
      throw new HubProblem(`${answer.host} sends more than ${most} bytes where it describes a model`);
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
  throw new HubProblem(
    `${answer.host} does not answer as a Hub does; it may be a proxy or a page to sign in on`,
  );
}
