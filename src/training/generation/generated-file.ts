import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { z } from 'zod';
import { TokenStore } from '../../data/text/token-store.ts';
import { readSafetensors, writeSafetensors } from '../../models/checkpoint/safetensors.ts';

/** Texts that a teacher wrote, with their prompts. */
export interface GeneratedTexts {
  /** Prompt and continuation; the prompt is no target. */
  readonly tokens: TokenStore;
  /** What it took to write them. */
  readonly seconds: number;
}

const metadataSchema = z.object({ key: z.string(), digest: z.string(), seconds: z.coerce.number().min(0) });

const digestOf = (...arrays: readonly Int32Array[]): string => {
  const hash = createHash('sha256');
  for (const array of arrays) hash.update(`${array.length}\n`).update(array);
  return hash.digest('hex');
};

/**
 * Texts of a safetensors file: tokens one after the other, the length of each text and of its prompt.
 * @returns undefined if the file is not there, not whole, or was made for another key.
 */
export async function readGenerated(
  file: string,
  key: string,
  vocabulary: number,
): Promise<GeneratedTexts | undefined> {
  if (!(await stat(file).catch(() => undefined))) return undefined;
  try {
    const { tensors, metadata } = await readSafetensors(file);
    const known = metadataSchema.parse(metadata);
    const [ids, lengths, prompts] = ['tokens', 'lengths', 'prompts'].map((name) => {
      const data = tensors.get(name)?.data;
      if (!(data instanceof Int32Array)) throw new Error(`${name} is missing`);
      return data;
    }) as [Int32Array, Int32Array, Int32Array];
    if (known.key !== key || known.digest !== digestOf(ids, lengths, prompts)) return undefined;
    const tokens = new TokenStore(vocabulary);
    let start = 0;
    for (const [index, length] of lengths.entries()) {
      tokens.add(ids.subarray(start, start + length), prompts[index]);
      start += length;
    }
    return { tokens, seconds: known.seconds };
  } catch {
    // Damaged: it is made anew, which puts it right.
    return undefined;
  }
}

/** @throws UserError if the disk is full or the place cannot be written; nothing is left half-written then. */
export async function writeGenerated(
  file: string,
  key: string,
  { tokens, seconds }: GeneratedTexts,
): Promise<void> {
  const count = { length: tokens.count };
  const lengths = Int32Array.from(count, (_, sample) => tokens.length(sample));
  const prompts = Int32Array.from(count, (_, sample) => tokens.beginning(sample));
  const ids = new Int32Array(lengths.reduce((sum, length) => sum + length, 0));
  let start = 0;
  for (const [sample, length] of lengths.entries()) {
    ids.set(tokens.ids(sample), start);
    start += length;
  }
  const tensor = (data: Int32Array) => ({ shape: [data.length], data });
  await writeSafetensors(
    file,
    new Map([
      ['tokens', tensor(ids)],
      ['lengths', tensor(lengths)],
      ['prompts', tensor(prompts)],
    ]),
    { key, digest: digestOf(ids, lengths, prompts), seconds: String(seconds) },
  );
}
