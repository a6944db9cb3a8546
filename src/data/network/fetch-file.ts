import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../base/user-error.ts';
import { type Access, NetworkProblem, Refusal } from './request.ts';
import { BeganAnew, fetchRest } from './resume.ts';

/** A file whose content is known before it is fetched. */
export interface KnownFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly hash: {
    readonly algorithm: 'sha1' | 'sha256' | 'sha512';
    /** Hashed before the content. */
    readonly prefix?: string;
    /** Hexadecimal. */
    readonly value: string;
  };
}

/**
 * Fetches a file in as many attempts as bring something of it, each going on where the last one ended, and the first where
 * an earlier call did.
 * @param part where it is gathered: whole and of the right hash once this returns, and kept for the next call where the
 * connection failed
 * @param onBytes bytes of it that are here
 * @throws UserError if the connection fails for good, or the content is not what it should be
 * @throws Refusal if the server does not give it
 */
export async function fetchFile(
  url: string,
  file: KnownFile,
  part: string,
  access: Access,
  onBytes?: (done: number) => void,
): Promise<void> {
  for (;;) {
    const isContinued = (await sizeOf(part)) !== undefined;
    await fetchAll(url, file, part, access, onBytes);
    if ((await hashOf(part, file, access.signal)) === file.hash.value) return;
    await rm(part, { force: true });
    // What was wrong may be what an earlier call left.
    if (isContinued) continue;
    throw new UserError(`${file.name} was damaged on its way: its hash is not the one that it should have.`, {
      remedy: 'Try again to download it anew.',
    });
  }
}

async function fetchAll(
  url: string,
  file: KnownFile,
  path: string,
  access: Access,
  onBytes: ((done: number) => void) | undefined,
): Promise<void> {
  const { signal, limits } = access;
  const part = { file: path, etag: undefined };
  for (let attempt = 1; ; attempt++) {
    const before = (await sizeOf(path)) ?? 0;
    try {
      await fetchRest(url, file, part, access, onBytes);
      return;
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof NetworkProblem || (error instanceof Refusal && error.isTemporary))) throw error;
      const after = (await sizeOf(path)) ?? 0;
      if (attempt >= limits.attempts && after <= before)
        throw new UserError(
          `The download of ${file.name} stands at ${after} of ${file.size} bytes: ${error.message}.`,
          { remedy: 'Try again when the connection is back; it goes on where it ended.' },
        );
      // Progress earns new attempts.
      if (after > before) attempt = 0;
      if (error instanceof BeganAnew) continue;
      await sleep(limits.pauseMs * 2 ** Math.max(0, attempt - 1), undefined, { signal }).catch(() =>
        signal?.throwIfAborted(),
      );
    }
  }
}

async function hashOf(path: string, { hash }: KnownFile, signal: AbortSignal | undefined): Promise<string> {
  const digest = createHash(hash.algorithm);
  if (hash.prefix !== undefined) digest.update(hash.prefix);
  for await (const chunk of createReadStream(path)) {
    signal?.throwIfAborted();
    digest.update(chunk as Uint8Array);
  }
  return digest.digest('hex');
}

async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
}
