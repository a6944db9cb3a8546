import type { Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../device/tensorflow.ts';
import type { StrategyConfig } from '../experiment/strategy-schema.ts';
import { checkClasses } from './check-classes.ts';
import { divergenceRows } from './losses/divergences.ts';
import { flatLogits, weightedMean } from './losses/rows.ts';
import { allLogits, topLogits } from './losses/top-logits.ts';
import { requireLogits } from './require.ts';
import type { Strategy, TeacherSignals } from './strategy.ts';
import { plainTerm, type Term, weightedTerms } from './weighted-terms.ts';

type SequenceConfig = Extract<StrategyConfig, { kind: 'sequence' }>;

/** Signals that were not reduced to the top k are reduced here: the loss is the same with a cache and without. */
function teacherRows(signals: TeacherSignals, topK: number | null, vocabulary: number): Tensor2D {
  if (signals.topLogits) return allLogits(signals.topLogits, vocabulary);
  const logits = requireLogits(signals);
  if (topK === null || topK >= vocabulary) return flatLogits(logits);
  return allLogits(topLogits(logits, topK), vocabulary);
}

/**
 * T²·D(softmax(z_t/T), softmax(z_s/T)): positions :-1 predict labels 1:, those of −100 left out, the sum over positions
 * divided once by the valid ones of the whole optimizer step.
 */
export function sequenceTerm(config: Omit<SequenceConfig, 'kind' | 'weight'>): Term {
  const { temperature, topK } = config;
  return plainTerm(
    'divergence',
    { logits: true, hiddenStates: [], pooled: [], ...(topK === null ? {} : { topLogits: topK }) },
    checkClasses,
    ({ student, teacher }, rows) => {
      const own = flatLogits(student.logits);
      const losses = divergenceRows(config, teacherRows(teacher, topK, own.shape[1]), own, temperature);
      return tf.mul(weightedMean(losses, rows.weights, rows.total), temperature ** 2);
    },
  );
}

/** w·T²·D(softmax(z_t/T), softmax(z_s/T)) + (1−w)·CE(labels, z_s): word-level distillation of a causal language model. */
export function sequence(config: SequenceConfig): Strategy {
  return weightedTerms('sequence', 1 - config.weight, [
    { weight: config.weight, term: sequenceTerm(config) },
  ]);
}
