import type { DataRemark } from '../dataset.ts';

interface Words {
  /** What stands before all that is learned. */
  readonly what: string;
  readonly texts: string;
  /** Why some are left out, before how many tokens a sample has; and why some are cut off, after it. */
  readonly fills: string;
  readonly cut: string;
}

export const ofPrompts: Words = {
  what: 'prompt',
  texts: 'texts with a prompt',
  fills: 'the prompt alone fills a sample of',
  cut: ': what follows would stand without its prompt',
};

export const ofConversations: Words = {
  what: 'conversation up to its first answer',
  texts: 'conversations',
  fills: 'what stands before the assistant’s first turn fills a sample of',
  cut: '',
};

/** Counts texts of which only a part is learned, and that do not fit into a sample. */
export class PromptTally {
  readonly what: string;
  readonly #words: Words;
  texts = 0;
  /** Of which nothing that is learned fits. */
  leftOut = 0;
  /** Of which a part fits. */
  cutOff = 0;

  constructor(words: Words) {
    this.#words = words;
    this.what = words.what;
  }

  /** @param length tokens of a sample; @param which 'training' or 'test' */
  remarks(length: number, which: string): DataRemark[] {
    const { fills, cut } = this.#words;
    const of = `of ${this.texts} ${which} ${this.#words.texts} are`;
    const messages: string[] = [];
    if (this.leftOut > 0)
      messages.push(
        `${this.leftOut} ${of} left out: ${fills} ${length} tokens. Raise "length" of the dataset to learn from them.`,
      );
    if (this.cutOff > 0)
      messages.push(`${this.cutOff} ${of} cut off where their sample of ${length} tokens ends${cut}.`);
    return messages.map((message) => ({ kind: 'prompts', message }));
  }
}
