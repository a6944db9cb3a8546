/** Something that reads what others wrote, and how to try it. */
export interface Parser {
  readonly name: string;
  /** How the name of a file with an input ends; what is in no file has none. */
  readonly ending?: string;
  /** How inputs are changed: as JSON too, as lines of words too, or as bytes alone. */
  readonly form: 'json' | 'text' | 'bytes';
  /** Inputs of one block: as many as take a few seconds. */
  readonly block: number;
  /** What is put into inputs: words of the format, numbers that are known to hurt. */
  readonly words?: readonly (string | Buffer)[];
  /** Loads the reader. @param folder an empty one of its own */
  open(folder: string, root: string): Promise<OpenParser>;
}

export interface OpenParser {
  /** Sound inputs to begin with. */
  readonly seeds: readonly Buffer[];
  /** Brings what must agree with the rest into agreement again: checksums, lengths, packing. */
  repair?(input: Buffer, pick: (end: number) => number): Buffer;
  /**
   * Reads an input.
   * @returns a word or two on what was read; inputs that lead to new ones are kept to be changed further
   * @throws UserError for what it refuses, with a remedy and the name of its file; anything else is a fault, a
   * {@link Broken} too
   */
  read(input: Buffer): Promise<string> | string;
  /** Whether errors name no file, since there is none. */
  readonly withoutFile?: boolean;
  close?(): Promise<void>;
}

/** Says that what was read contradicts itself: a promise of the reader was broken. */
export class Broken extends Error {
  override name = 'Broken';
}

export function promise(kept: boolean, what: string): asserts kept {
  if (!kept) throw new Broken(what);
}
