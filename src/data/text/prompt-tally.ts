import type { DataRemark } from '../dataset.ts';

/** Counts prompts that do not leave their texts the room they need. */
export class PromptTally {
  readonly what = 'prompt';
  /** Texts with a prompt. */
  texts = 0;
  /** Whose prompt fills a sample, so that nothing of the text fits behind it. */
  leftOut = 0;
  /** Of which a part fits. */
  cutOff = 0;

  /** @param length tokens of a sample; @param which 'training' or 'test' */
  remarks(length: number, which: string): DataRemark[] {
    const { texts, leftOut, cutOff } = this;
    const messages = [
      ...(leftOut > 0
        ? [
            `${leftOut} of ${texts} ${which} texts with a prompt are left out: the prompt alone fills a sample of ${length} tokens. Raise "length" of the dataset to learn from them.`,
          ]
        : []),
      ...(cutOff > 0
        ? [
            `${cutOff} of ${texts} ${which} texts with a prompt are cut off where their sample of ${length} tokens ends: what follows would stand without its prompt.`,
          ]
        : []),
    ];
    return messages.map((message) => ({ kind: 'prompts', message }));
  }
}
