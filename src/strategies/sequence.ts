import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../device/tensorflow.ts';
import type { StrategyConfig } from '../experiment/strategy-schema.ts';
import { checkClasses } from './check-classes.ts';
import { divergenceRows } from './losses/divergences.ts';
import { keptDivergenceRows } from './losses/kept-divergences.ts';
import { flatLogits, weightedMean } from './losses/rows.ts';
import { keptAnswers, topLogits } from './losses/top-logits.ts';
import { requireLogits } from './require.ts';
import type { Strategy, TeacherSignals } from './strategy.ts';
import { plainTerm, type Term, weightedTerms } from './weighted-terms.ts';

type SequenceConfig = Extract<StrategyConfig, { kind: 'sequence' }>;
type SequenceTermConfig = Omit<SequenceConfig, 'kind' | 'weight'>;

/** Divergences of all positions; the same whether the signals were reduced to the most probable tokens before or not. */
function lossRows(config: SequenceTermConfig, signals: TeacherSignals, student: Tensor2D): Tensor1D {
  const { temperature, topK } = config;
  const vocabulary = student.shape[1];
  if (topK === null || topK >= vocabulary)
    return divergenceRows(config, flatLogits(requireLogits(signals)), student, temperature);
  const top = signals.topLogits ?? topLogits(requireLogits(signals), topK, [temperature]);
  return keptDivergenceRows(config, keptAnswers(top, topK, temperature), student, temperature);
}

/**
 * T²·D(softmax(z_t/T), softmax(z_s/T)): positions :-1 predict labels 1:, those of −100 left out, the sum over positions
 * divided once by the valid ones of the whole optimizer step.
 */
export function sequenceTerm(config: SequenceTermConfig): Term {
  const { temperature, topK } = config;
  return plainTerm(
    'divergence',
    {
      logits: true,
      hiddenStates: [],
      pooled: [],
      ...(topK !== null && { topLogits: { count: topK, temperatures: [temperature] } }),
    },
    checkClasses,
    ({ student, teacher }, rows) => {
      const losses = lossRows(config, teacher, flatLogits(student.logits));
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
