import type { TextAmount } from '../dataset.ts';
import type { Piece } from './rows/documents.ts';
import type { Tokenizer } from './tokenizers/tokenizer.ts';

/** Counts the bytes of texts, and the tokens that are made of them, as they go by. */
export class AmountOfText {
  /** The same tokenizer, which counts what it makes. */
  readonly tokenizer: Tokenizer;
  #bytes = 0;
  #tokens = 0;
  #unknown = 0;

  constructor(tokenizer: Tokenizer) {
    this.tokenizer = {
      ...tokenizer,
      encode: (text) => {
        const ids = tokenizer.encode(text);
        this.#tokens += ids.length;
        for (const id of ids) if (id === tokenizer.unknownId) this.#unknown++;
        return ids;
      },
    };
  }

  async *of(pieces: AsyncIterable<Piece>): AsyncGenerator<Piece> {
    for await (const piece of pieces) {
      this.#bytes += Buffer.byteLength(piece.text) + Buffer.byteLength(piece.prompt ?? '');
      // The token that ends a document is predicted like any other, and is no text.
      if (piece.first && this.tokenizer.endId !== undefined) this.#tokens++;
      yield piece;
    }
  }

  total(): TextAmount {
    return { bytes: this.#bytes, tokens: this.#tokens, unknown: this.#unknown };
  }
}
