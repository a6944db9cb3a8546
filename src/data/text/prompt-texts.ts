import type { Dataset } from '../dataset.ts';
import type { SampleStart } from './prompts.ts';
import type { ReadPieces } from './rows/documents.ts';

/** What stands between two documents in {@link placedText}. */
const border = Buffer.from([0, 0]);

/**
 * The text of beginnings of training samples as it stands in the files, whatever their tokens make of it. One that the
 * data does not give ends with a word.
 * @returns a text for each; empty where there is none but white space
 * @throws UserError where the tokenizer changes texts in a way in which places cannot be followed
 */
export async function promptTexts(
  { tokenizer, texts }: Pick<Dataset, 'tokenizer' | 'texts'>,
  starts: readonly SampleStart[],
): Promise<string[]> {
  if (!tokenizer || !texts) throw new Error('Only texts to continue have beginnings.');
  const wanted = new Set(starts.map(({ position }) => position));
  const places = new Map<number, { start: number; ends: readonly number[] }>();
  let sample = 0;
  await texts.makeSamples(texts.training(), tokenizer, texts.length, (start, ends) => {
    if (wanted.has(sample)) places.set(sample, { start, ends });
    sample++;
  });
  const whole = await placedText(texts.training);
  return starts.map(({ position, prompt, own }) => {
    const { start, ends } = places.get(position)!;
    const stop = Math.abs(ends[prompt.length - 1] ?? start);
    const text = textBetween(whole, start, stop);
    return own ? text : upToWord(text);
  });
}

/** All bytes of the texts, at the places that PlacedReader gives them. */
async function placedText(read: ReadPieces): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const { text, first, prompt } of read()) {
    if (first) parts.push(border);
    if (prompt !== undefined) parts.push(Buffer.from(prompt));
    parts.push(Buffer.from(text));
  }
  return Buffer.concat(parts);
}

/** A token may end within a character, which is left out then. */
function textBetween(whole: Buffer, start: number, stop: number): string {
  let end = stop;
  while (end > start && end < whole.length && (whole[end]! & 0xc0) === 0x80) end--;
  let begin = start;
  while (begin < end && (whole[begin]! & 0xc0) === 0x80) begin++;
  return whole.toString('utf8', begin, end).replaceAll(/\0+/g, '\n\n').trimStart();
}

/** Without white space behind it, and without the word that it ends in, which may have been cut. */
function upToWord(text: string): string {
  const [words] = /^.*\s(?=\S*$)/s.exec(text) ?? [text];
  return words.trimEnd();
}
