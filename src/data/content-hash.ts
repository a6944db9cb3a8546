import { createHash } from 'node:crypto';

/** SHA-256 over what is said of some data and its parts, each with its length, so that no two lists run together. */
export function contentHash({
  about,
  parts,
}: {
  readonly about: object;
  readonly parts: readonly (Uint8Array | Int32Array)[];
}): string {
  const hash = createHash('sha256').update(JSON.stringify(about));
  for (const part of parts) hash.update(`\n${part.byteLength}\n`).update(part);
  return hash.digest('hex');
}

/** Hashes texts one after the other, as they are read. */
export class TextHash {
  readonly #hash = createHash('sha256');
  /** How many there were so far. */
  count = 0;

  /** @param mark tells texts of different kinds apart, such as a prompt from what follows it. */
  add(text: string, mark = ''): void {
    this.count++;
    this.#hash.update(`${mark}${text.length}\n`).update(text);
  }

  /** Of all texts so far. */
  digest(): string {
    return this.#hash.copy().digest('hex');
  }
}
