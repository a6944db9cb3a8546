import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../device/tensorflow.ts';
import type { StrategyConfig } from '../experiment/schema/strategy-schema.ts';
import { hiddenShapes } from './hidden-shapes.ts';
import { lastLayerPair, requireTeacher } from './layer-pairs.ts';
import { angleLoss, distanceLoss } from './losses/relation.ts';
import { requireLayer, requireState } from './require.ts';
import type { Strategy, StrategyContext } from './strategy.ts';
import { type Term, weightedTerms } from './weighted-terms.ts';

type RelationConfig = Extract<StrategyConfig, { kind: 'relation' }>;

/** Relations hold within a batch; the batches of a step count by their samples. */
const shareOf = ({ batch, totals }: StrategyContext): Scalar =>
  tf.div(tf.sum(batch.weights), tf.maximum(totals.samples, 1));

/**
 * distance·Huber(d_t/mean(d_t) − d_s/mean(d_s)) + angle·Huber(cos∠_t − cos∠_s), over pairs and triples of the batch, of
 * the pooled vectors of one layer each (Park et al. 2019).
 */
export function relationTerm({
  distance,
  angle,
  layer,
}: Pick<RelationConfig, 'distance' | 'angle' | 'layer'>): Term {
  return {
    needs({ student, teacher }) {
      const pair = lastLayerPair(layer, student, requireTeacher(teacher, 'relation'));
      return { logits: false, hiddenStates: [], pooled: [pair.teacher] };
    },
    attach({ student, teacher }) {
      const pair = lastLayerPair(
        layer,
        hiddenShapes(student),
        requireTeacher(teacher?.hiddenShapes, 'relation'),
      );
      return {
        parameters: new Map(),
        loss(context) {
          const own = student.pool(requireState(context.student, pair.student), context.batch.input);
          const other = requireLayer(context.teacher.pooled, pair.teacher);
          const weights = context.batch.weights as Tensor1D;
          const share = shareOf(context);
          const value = (loss: typeof distanceLoss) =>
            tf.mul<Scalar>(loss(own as Tensor2D, other as Tensor2D, weights), share);
          return {
            distance: { weight: distance, value: value(distanceLoss) },
            angle: { weight: angle, value: value(angleLoss) },
          };
        },
      };
    },
  };
}

/** The relation term + labelWeight·CE(labels, z_s). */
export function relation(config: RelationConfig): Strategy {
  return weightedTerms('relation', config.labelWeight, [{ weight: 1, term: relationTerm(config) }]);
}
