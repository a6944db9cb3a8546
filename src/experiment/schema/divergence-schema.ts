import { z } from 'zod';
import { choice, fraction } from './option.ts';

/** How far the student's next-token probabilities q are from the teacher's p, and how many of these are kept. */
export const divergence = {
  divergence: choice(
    {
      'forward-kl': 'KL(p ‖ q): the student covers all that the teacher holds possible.',
      'reverse-kl': 'KL(q ‖ p): the student keeps to what the teacher finds likely.',
      jsd: 'β·KL(p ‖ m) + (1−β)·KL(q ‖ m), m = β·p + (1−β)·q: between the two (Agarwal et al. 2024).',
      'skew-kl': 'KL(p ‖ λ·p + (1−λ)·q): forward, with gentler gradients (Ko et al. 2024).',
      'skew-reverse-kl': 'KL(q ‖ (1−λ)·p + λ·q): reverse, with gentler gradients (Ko et al. 2024).',
    },
    'D(p, q), how far the student’s q is from the teacher’s p. Default forward-kl, that of Hinton et al. 2015.',
  ).default('forward-kl'),
  beta: fraction(
    'β, read by jsd only; 0 is forward-kl and 1 is reverse-kl, exactly. Default 0.5: the symmetric Jensen-Shannon divergence.',
  ).default(0.5),
  lambda: z
    .number()
    .min(0)
    .lt(1)
    .default(0.1)
    .describe('λ, read by skew-kl and skew-reverse-kl only. Default 0.1 (Ko et al. 2024).'),
  topK: z.int().min(1).nullable().default(null).meta({
    description:
      'Language models: null learns from all of the teacher’s next-token probabilities; the cache keeps its last hidden state, from which they follow exactly. A number keeps only so many of the most probable tokens per position where that is less than the hidden state, so for teachers wider than twice the number: their probabilities are exact at the temperature, and all other tokens count as one, of the student as of the teacher. That saves disk and memory, and teaches less the higher the temperature. Across tokenizers so many sorted probabilities are compared one by one and the sums of all others with each other, which saves time; nothing less is kept. Default null.',
    unit: 'tokens',
  }),
};
