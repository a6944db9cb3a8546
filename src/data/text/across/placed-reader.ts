import type { Tokenizer } from '../tokenizers/tokenizer.ts';

/** Tokens, and where each ends; see {@link PlacedReader}. */
export interface PlacedTokens {
  readonly ids: readonly number[];
  readonly ends: readonly number[];
}

/**
 * Reads documents one after the other and tells where each token ends in all of their text, counted in bytes: the same
 * places whatever tokenizer reads it. What begins and what ends a document takes a place of its own, whether or not the
 * tokenizer has a token for it; tokens that begin one have their place as a negative number, since no text is theirs.
 */
export class PlacedReader {
  readonly tokenizer: Tokenizer;
  #place = 0;

  constructor(tokenizer: Tokenizer) {
    this.tokenizer = tokenizer;
  }

  /** Where a document begins that was begun last. */
  get documentStart(): number {
    return this.#documentStart;
  }
  #documentStart = 0;

  begin(): PlacedTokens {
    this.#documentStart = this.#place + 1;
    this.#place += 2;
    const { begin } = this.tokenizer;
    return { ids: begin, ends: begin.map(() => -this.#place) };
  }

  text(text: string): PlacedTokens {
    const { ids, ends } = this.tokenizer.encodePlaced(text);
    const start = this.#place;
    this.#place += Buffer.byteLength(text);
    return { ids, ends: ends.map((end) => start + end) };
  }

  end(): PlacedTokens {
    const { endId } = this.tokenizer;
    return endId === undefined ? { ids: [], ends: [] } : { ids: [endId], ends: [this.#place + 1] };
  }
}

/** The same without places, which take a while to find. */
export class PlainReader {
  readonly tokenizer: Tokenizer;
  readonly documentStart = 0;

  constructor(tokenizer: Tokenizer) {
    this.tokenizer = tokenizer;
  }

  begin(): PlacedTokens {
    return { ids: this.tokenizer.begin, ends: [] };
  }

  text(text: string): PlacedTokens {
    return { ids: this.tokenizer.encode(text), ends: [] };
  }

  end(): PlacedTokens {
    const { endId } = this.tokenizer;
    return { ids: endId === undefined ? [] : [endId], ends: [] };
  }
}
