import { choice } from './option.ts';

/** How next-token probabilities over different tokens are compared. */
export const across = choice(
  {
    uld: 'Σ |p_(i) − q_(i)| over probabilities sorted from the largest, the shorter list continued by zeros: which tokens they are of does not count (Boizard et al. 2024).',
    gold: 'a·D over the tokens that are the same text in both vocabularies + (1−a)·uld over all others; a is the share of the teacher’s tokens that the student has (Patiño et al. 2025). With the same tokenizer it is D.',
  },
  'Distillation across tokenizers: teacher and student each read the text as their own tokens, and answers are compared over the spans of text that both cut alike, the probabilities of the tokens in a span multiplied. The dataset’s "tokenizer" is then the student’s, and "tokenizer" of the teacher is the teacher’s. Left out: teacher and student must have the same tokens, which are compared one by one.',
).optional();

export type AcrossMethod = 'uld' | 'gold';
