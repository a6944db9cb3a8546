import type { Dataset } from '../../src/data/dataset.ts';
import { openDataset } from '../../src/data/open-dataset.ts';
import { experimentSchema } from '../../src/experiment/schema/schema.ts';

/** Mails as token ids, each as long as it is, cut at `length`. */
export interface Mails {
  readonly dataset: Dataset;
  readonly samples: readonly number[][];
  readonly labels: readonly number[];
}

/** The first mails of SpamAssassin's corpus, in words known from them, all for training. */
export async function openMails(count: number, length: number): Promise<Mails> {
  const { dataset: config } = experimentSchema.parse({
    name: 'Mails',
    dataset: {
      kind: 'spam-assassin',
      tokenizer: { kind: 'words', size: 4096 },
      maxLength: length,
      trainLimit: count,
      validation: 0,
    },
    student: { model: { architecture: 'bert' } },
    strategy: { kind: 'direct' },
  });
  const dataset = await openDataset(config, process.cwd());
  const split = dataset.train;
  const samples: number[][] = [];
  const labels: number[] = [];
  for (let position = 0; position < split.size; position++) {
    const { input, labels: label } = split.batch(Int32Array.of(position), 1);
    const real = Array.from(input.mask!.data).filter((value) => value > 0).length;
    samples.push(Array.from(input.ids!.data).slice(0, real));
    labels.push(Number(label.data[0]));
  }
  return { dataset, samples, labels };
}
