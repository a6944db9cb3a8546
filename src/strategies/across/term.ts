import type { Scalar, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';
import type { AcrossMethod } from '../../experiment/schema/across-schema.ts';
import type { Divergence } from '../losses/divergence-definitions.ts';
import { flatLogits, weightedMean } from '../losses/rows.ts';
import { teacherLogProbabilities } from '../losses/teacher-probabilities.ts';
import { requireLogits } from '../require.ts';
import type { Term } from '../weighted-terms.ts';
import { mappedRows, sortedRows } from './across-rows.ts';
import { logSoftmaxRows, spanAnswers } from './spans.ts';

export type AcrossConfig = Divergence & {
  readonly across: AcrossMethod;
  readonly temperature: number;
  readonly topK: number | null;
};

/**
 * T²·D(p, q) over spans of text that both tokenizers cut alike: p and q are what teacher and student answer at
 * temperature T where a span begins, times the probabilities of the further tokens in it. The sum over spans is divided
 * once by the spans of the whole optimizer step.
 */
export function acrossTerm(config: AcrossConfig): Term {
  const { across, temperature, topK } = config;
  return {
    needs: () => ({ logits: true, hiddenStates: [], pooled: [], across: true }),
    attach({ teacher: parts }) {
      const pairs = parts?.pairs;
      if (!pairs) throw new Error('Distillation across tokenizers needs to know which tokens are the same.');
      return {
        parameters: new Map(),
        loss({ student, teacher }) {
          const { spans } = teacher;
          if (!spans) throw new Error('Distillation across tokenizers needs spans of text.');
          const z = tf.div<Tensor2D>(flatLogits(student.logits), temperature);
          const q = spanAnswers(logSoftmaxRows(z), spans.student);
          const logP = teacherLogProbabilities(flatLogits(requireLogits(teacher)), temperature);
          const p = spanAnswers(logP, spans.teacher);
          const losses = across === 'uld' ? sortedRows(p, q, topK) : mappedRows(config, pairs, p, q, topK);
          const value = tf.mul<Scalar>(weightedMean(losses, spans.weights, spans.total), temperature ** 2);
          return { divergence: { weight: 1, value } };
        },
      };
    },
  };
}
