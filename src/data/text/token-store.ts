import { createHash, type Hash } from 'node:crypto';

/** Numbers in one piece of memory; larger samples get a piece of their own. */
const pieceSize = 1 << 20;

/** Tokens from one to before another. */
export type Range = readonly [start: number, end: number];

/**
 * Token ids of many samples, in memory once: pieces are filled and never copied, and ids take two bytes where the
 * vocabulary allows.
 */
export class TokenStore {
  readonly #wide: boolean;
  readonly #pieces: (Uint16Array | Int32Array)[] = [];
  readonly #hash: Hash = createHash('sha256');
  #piece: number[] = [];
  #start: number[] = [];
  #length: number[] = [];
  #beginning: number[] = [];
  /** Of samples in which not everything behind the beginning is a target, by their index. */
  readonly #targets = new Map<number, readonly Range[]>();
  /** Of samples that hold several documents, where each begins. */
  readonly #documents = new Map<number, readonly number[]>();
  #used = pieceSize;

  /** @param vocabulary every id is below it. */
  constructor(vocabulary: number) {
    this.#wide = vocabulary > 0x10000;
  }

  get count(): number {
    return this.#length.length;
  }

  /**
   * @param beginning so many tokens at the beginning stand apart: a prompt, which is no target, or the first of two texts.
   * @param targets the tokens that are, ascending; left out: all behind the beginning
   * @param documents where each of the documents in it begins, ascending from 0; left out: it is one text
   */
  add(
    ids: ArrayLike<number>,
    beginning = 0,
    targets?: readonly Range[],
    documents?: readonly number[],
  ): void {
    if (this.#used + ids.length > pieceSize) {
      const size = Math.max(pieceSize, ids.length);
      this.#pieces.push(this.#wide ? new Int32Array(size) : new Uint16Array(size));
      this.#used = 0;
    }
    const piece = this.#pieces.at(-1)!;
    piece.set(ids, this.#used);
    this.#hash.update(`${ids.length} ${beginning}${targets ? ` ${targets.join(' ')}` : ''}\n`);
    if (targets) this.#targets.set(this.count, targets);
    if (documents) {
      this.#hash.update(`documents ${documents.join(' ')}\n`);
      this.#documents.set(this.count, documents);
    }
    this.#hash.update(piece.subarray(this.#used, this.#used + ids.length));
    this.#piece.push(this.#pieces.length - 1);
    this.#start.push(this.#used);
    this.#length.push(ids.length);
    this.#beginning.push(beginning);
    this.#used += ids.length;
  }

  length(sample: number): number {
    return this.#length[sample]!;
  }

  beginning(sample: number): number {
    return this.#beginning[sample]!;
  }

  /** The tokens that are to be predicted. */
  targets(sample: number): readonly Range[] {
    const length = this.length(sample);
    return this.#targets.get(sample) ?? [[Math.min(this.beginning(sample), length), length]];
  }

  /** Where the documents in a sample begin; undefined where it is one text. */
  documents(sample: number): readonly number[] | undefined {
    return this.#documents.get(sample);
  }

  ids(sample: number): Uint16Array | Int32Array {
    const start = this.#start[sample]!;
    return this.#pieces[this.#piece[sample]!]!.subarray(start, start + this.#length[sample]!);
  }

  /** Of all samples so far. */
  digest(): string {
    return this.#hash.copy().digest('hex');
  }
}
