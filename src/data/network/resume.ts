import { open, rm, stat } from 'node:fs/promises';
import { UserError } from '../../base/user-error.ts';
import { type Access, type Answer, NetworkProblem, Refusal, request } from './request.ts';

/** What has arrived of a file. */
export interface Part {
  readonly file: string;
  /** Of the version that the bytes are of, where this process fetched them and the server told it. */
  etag: string | undefined;
}

/** The server cannot go on where the part ends, or has another version: the part is gone. */
export class BeganAnew extends NetworkProblem {}

/**
 * Fetches what a part lacks, or all of it where the server does not go on, or has changed the file since.
 * @param size bytes of the whole file
 * @param onBytes bytes that are here
 * @throws NetworkProblem if the connection fails; what has arrived stays
 * @throws Refusal if the server does not give the file
 * @throws UserError if the server sends more than the file has
 */
export async function fetchRest(
  url: string,
  { name, size }: { readonly name: string; readonly size: number },
  part: Part,
  access: Access,
  onBytes?: (done: number) => void,
): Promise<void> {
  const start = await stat(part.file).then(
    (status) => status.size,
    () => 0,
  );
  if (start === size && size > 0) return;
  if (start > size) return beginAnew(part, `${name} has ${size} bytes, fewer than had arrived`);
  const answer = await request(
    url,
    // A packed answer would have other ranges, and no bound on what it unpacks to.
    { 'Accept-Encoding': 'identity', ...(start > 0 && rangeFrom(start, part)) },
    access,
  );
  const { status, headers, host } = answer;
  if (status !== 200 && status !== 206) {
    answer.discard();
    if (status === 416) return beginAnew(part, `${host} does not go on from byte ${start} of ${name}`);
    throw new Refusal(answer);
  }
  const etag = headers.get('ETag') ?? undefined;
  if (status === 206 && !(fits(headers.get('Content-Range'), start, size) && isSame(etag, part.etag))) {
    answer.discard();
    return beginAnew(part, `${host} sends another part of ${name} than was asked for, or of another version`);
  }
  part.etag = etag;
  await writeBody(answer, part.file, status === 206 ? start : 0, { name, size }, onBytes);
}

async function writeBody(
  answer: Answer,
  path: string,
  start: number,
  { name, size }: { readonly name: string; readonly size: number },
  onBytes: ((done: number) => void) | undefined,
): Promise<void> {
  const handle = await open(path, start === 0 ? 'w' : 'r+');
  let done = start;
  try {
    for await (const chunk of answer.chunks()) {
      if (done + chunk.length > size) {
        await rm(path, { force: true });
        throw new UserError(`${answer.host} sends more of ${name} than the ${size} bytes that it has.`, {
          remedy: 'Nothing of it was kept. Try again later, or name another mirror.',
        });
      }
      await handle.write(chunk, 0, chunk.length, done);
      done += chunk.length;
      onBytes?.(done);
    }
  } finally {
    await handle.close();
  }
  if (done < size) throw new NetworkProblem(`${answer.host} ended early`);
}

/** If-Range makes a server that has another version by now send all of it; a weak tag cannot be compared so. */
const rangeFrom = (start: number, { etag }: Part) => ({
  Range: `bytes=${start}-`,
  ...(etag !== undefined && !etag.startsWith('W/') && { 'If-Range': etag }),
});

function fits(contentRange: string | null, start: number, size: number): boolean {
  const [, from, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(contentRange ?? '') ?? [];
  return Number(from) === start && (total === '*' || Number(total) === size);
}

const isSame = (etag: string | undefined, before: string | undefined): boolean =>
  etag === undefined || before === undefined || etag === before;

async function beginAnew(part: Part, why: string): Promise<never> {
  await rm(part.file, { force: true });
  part.etag = undefined;
  throw new BeganAnew(why);
}
