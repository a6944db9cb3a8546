import type { DataRemark } from '../../dataset.ts';

/** Counts conversations that do not fit into a sample. */
export class ConversationTally {
  readonly what = 'conversation up to its first answer';
  texts = 0;
  /** Of which not one token of the assistant fits. */
  leftOut = 0;
  /** Of which a part fits. */
  cutOff = 0;

  /** @param length tokens of a sample; @param which 'training' or 'test' */
  remarks(length: number, which: string): DataRemark[] {
    const { texts, leftOut, cutOff } = this;
    const messages = [
      ...(leftOut > 0
        ? [
            `${leftOut} of ${texts} ${which} conversations are left out: what stands before the assistant’s first turn fills a sample of ${length} tokens. Raise "length" of the dataset to learn from them.`,
          ]
        : []),
      ...(cutOff > 0
        ? [
            `${cutOff} of ${texts} ${which} conversations are cut off where their sample of ${length} tokens ends.`,
          ]
        : []),
    ];
    return messages.map((message) => ({ kind: 'prompts', message }));
  }
}
