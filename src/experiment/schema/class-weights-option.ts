import { z } from 'zod';

/** What the labels of each class count for. */
export const classWeightsOption = z
  .union([
    z
      .literal('balanced')
      .describe('Each class counts as much as any other, however few samples it has: n / (classes · n_c).'),
    z
      .record(z.string().min(1).max(1000), z.number().min(0).max(1e6))
      .describe('What the labels of a class count for, by its name; classes that are not named count 1.'),
  ])
  .nullable()
  .default(null)
  .describe(
    'What the labels of each class count for in the label term, for skewed data: "balanced", or a weight by the name of a class, as in { "spam": 5 }. The term is divided by the sum of the weights, as PyTorch does. What is learned of a teacher, and what is measured, is not weighted. Default null: all count the same.',
  );
