import { inOrder } from '../../data/batches.ts';
import type { Split } from '../../data/dataset.ts';
import { noTeacher } from '../../strategies/strategy.ts';
import { cachedSignals, type SignalOptions } from './teacher-signals.ts';

const rowsAtOnce = 256;

/**
 * How sure a classifier is of its answer to each sample: the probability of its first choice, at temperature 1, 0…1.
 * Its logits are kept on disk as those that strategies ask for are, and are the very same.
 * @param wanted whose samples are among those of the options' split
 * @returns by position in `wanted`
 * @throws Interruption, UserError as {@link cachedSignals}
 */
export async function teacherConfidence(
  wanted: Split,
  options: Omit<SignalOptions, 'needs'>,
): Promise<Float64Array> {
  const source = await cachedSignals({ ...options, needs: { ...noTeacher, logits: true } });
  try {
    const sure = new Float64Array(wanted.size);
    const order = inOrder(wanted);
    for (let start = 0; start < order.length; start += rowsAtOnce) {
      const positions = order.subarray(start, start + rowsAtOnce);
      const { data, shape } = source.inputs(wanted.batch(positions, positions.length)).logits!;
      const classes = shape[1]!;
      for (let row = 0; row < positions.length; row++)
        sure[start + row] = largestProbability(data.subarray(row * classes, (row + 1) * classes));
    }
    return sure;
  } finally {
    source.close();
  }
}

/** 1 / Σ exp(z − max z): the softmax of the largest logit. */
function largestProbability(logits: ArrayLike<number>): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < logits.length; index++) largest = Math.max(largest, logits[index]!);
  let sum = 0;
  for (let index = 0; index < logits.length; index++) sum += Math.exp(logits[index]! - largest);
  return 1 / sum;
}
