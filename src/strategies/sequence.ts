import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../device/tensorflow.ts';
import type { StrategyConfig } from '../experiment/schema/strategy-schema.ts';
import { acrossTerm } from './across/term.ts';
import { checkClasses } from './check-classes.ts';
import type { HiddenShapes } from './hidden-shapes.ts';
import { divergenceRows } from './losses/divergences.ts';
import { keptDivergenceRows } from './losses/kept-divergences.ts';
import { flatLogits, weightedMean } from './losses/rows.ts';
import { keptAnswers, topLogits } from './losses/top-logits.ts';
import { requireLogits } from './require.ts';
import type { Strategy, TeacherSignals } from './strategy.ts';
import { type Term, weightedTerms } from './weighted-terms.ts';

type SequenceConfig = Extract<StrategyConfig, { kind: 'sequence' }>;
type SequenceTermConfig = Omit<SequenceConfig, 'kind' | 'weight' | 'onPolicy'>;

/**
 * How many tokens the loss sees by themselves; null for all. As few tokens as take as many numbers as the teacher's last
 * hidden state, from which all answers follow, would save nothing.
 * @param shapes of the teacher's hidden states
 */
function keptTokens({ topK }: SequenceTermConfig, shapes: HiddenShapes | undefined): number | null {
  const width = shapes?.at(-1)?.at(-1);
  return topK === null || (width !== undefined && width <= 2 * topK) ? null : topK;
}

/** Divergences of all positions; the same whether the signals were reduced to the most probable tokens before or not. */
function lossRows(
  config: SequenceTermConfig,
  signals: TeacherSignals,
  student: Tensor2D,
  kept: number | null,
): Tensor1D {
  const { temperature } = config;
  if (kept === null || kept >= student.shape[1])
    return divergenceRows(config, flatLogits(requireLogits(signals)), student, temperature);
  const top = signals.topLogits ?? topLogits(requireLogits(signals), kept, [temperature]);
  return keptDivergenceRows(config, keptAnswers(top, kept, temperature), student, temperature);
}

/**
 * T²·D(softmax(z_t/T), softmax(z_s/T)): positions :-1 predict labels 1:, those of −100 left out, the sum over positions
 * divided once by the valid ones of the whole optimizer step.
 */
export function sequenceTerm(config: SequenceTermConfig): Term {
  const { temperature, across } = config;
  if (across !== undefined) return acrossTerm({ ...config, across });
  return {
    needs({ teacher }) {
      const kept = keptTokens(config, teacher);
      const topLogits = kept !== null && { topLogits: { count: kept, temperatures: [temperature] } };
      return { logits: true, hiddenStates: [], pooled: [], ...topLogits };
    },
    attach(parts) {
      checkClasses(parts);
      const kept = keptTokens(config, parts.teacher?.hiddenShapes);
      return {
        parameters: new Map(),
        loss({ student, teacher, rows }) {
          const losses = lossRows(config, teacher, flatLogits(student.logits), kept);
          const value = tf.mul<Scalar>(weightedMean(losses, rows.weights, rows.total), temperature ** 2);
          return { divergence: { weight: 1, value } };
        },
      };
    },
  };
}

/**
 * w·T²·D(softmax(z_t/T), softmax(z_s/T)) + (1−w)·CE(labels, z_s): word-level distillation of a causal language model.
 * Across tokenizers D is that of acrossTerm(). On-policy (GKD, Agarwal et al. 2024) the positions are those of what the
 * student wrote.
 */
export function sequence(config: SequenceConfig): Strategy {
  const { weight, onPolicy } = config;
  const strategy = weightedTerms('sequence', 1 - weight, [{ weight, term: sequenceTerm(config) }]);
  if (!onPolicy) return strategy;
  return { ...strategy, needs: (shapes) => ({ ...strategy.needs(shapes), ownSamples: onPolicy }) };
}
