import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../device/tensorflow.ts';
import type { StrategyConfig } from '../experiment/schema/strategy-schema.ts';
import type { LayerReference } from '../experiment/strategies/layer-reference.ts';
import type { LayerPair } from '../experiment/strategies/options.ts';
import { hiddenShapes } from './hidden-shapes.ts';
import { layerPairs, requireTeacher, stateShapeOf } from './layer-pairs.ts';
import { sameSize } from './losses/adaptive-pool.ts';
import { cosineDistanceRows, normalizedDistanceRows } from './losses/normalized-distance.ts';
import { flatStates, positionsOf } from './losses/positions.ts';
import { weightedMean } from './losses/rows.ts';
import { mlpProjector, type Projector, widthProjector } from './projector.ts';
import { requireLayer, requireState } from './require.ts';
import { responseTerm } from './response.ts';
import type { Strategy, StrategyContext, StrategyParts } from './strategy.ts';
import { type Term, weightedTerms } from './weighted-terms.ts';

type FeatureConfig = Extract<StrategyConfig, { kind: 'feature' }>;
type Layers = FeatureConfig['layers'];

interface HiddenTerm {
  readonly name: string;
  /** One value a row, from (rows, width) of the student, projected, and of the teacher. */
  readonly distance: (student: Tensor2D, teacher: Tensor2D) => Tensor1D;
  readonly projector: typeof mlpProjector;
}

interface BoundPair extends LayerPair {
  readonly projector: Projector;
}

/** Mean distance of one pair of layers over valid positions; maps of different size meet at the smaller one. */
function pairLoss(pair: BoundPair, { distance }: HiddenTerm, context: StrategyContext): Scalar {
  const [student, teacher] = sameSize(
    requireState(context.student, pair.student),
    requireLayer(context.teacher.hiddenStates, pair.teacher),
  );
  const { weights, total } = positionsOf(student, context);
  const rows = distance(pair.projector.apply(flatStates(student)) as Tensor2D, flatStates(teacher));
  return weightedMean(rows, weights, total);
}

function hiddenTerm(layers: Layers, term: HiddenTerm): Term {
  return {
    needs({ student, teacher }) {
      const pairs = layerPairs(layers, student, requireTeacher(teacher, term.name));
      return { logits: false, hiddenStates: pairs.map((pair) => pair.teacher), pooled: [] };
    },
    attach(parts) {
      const pairs = bindPairs(layers, term, parts);
      return {
        parameters: new Map(pairs.flatMap(({ projector }) => [...projector.parameters])),
        loss: (context) => {
          const losses = pairs.map((pair) => pairLoss(pair, term, context));
          const layers = byLayers(pairs, losses);
          return { [term.name]: { weight: 1, value: tf.addN(losses) as Scalar, layers } };
        },
      };
    },
  };
}

/** A pair that is named twice counts twice. */
function byLayers(pairs: readonly LayerPair[], losses: readonly Scalar[]): Record<string, Scalar> {
  const layers: Record<string, Scalar> = {};
  pairs.forEach(({ student, teacher }, index) => {
    const name = `${layerName(student)}-${layerName(teacher)}`;
    const before = layers[name];
    layers[name] = before ? tf.add<Scalar>(before, losses[index]!) : losses[index]!;
  });
  return layers;
}

/** Names may hold anything, so they are quoted. */
const layerName = (layer: LayerReference): string =>
  typeof layer === 'number' ? `${layer}` : JSON.stringify(layer);

function bindPairs(layers: Layers, term: HiddenTerm, parts: StrategyParts): BoundPair[] {
  const teacher = requireTeacher(parts.teacher?.hiddenShapes, term.name);
  const student = hiddenShapes(parts.student);
  return layerPairs(layers, student, teacher).map((pair, index) => ({
    ...pair,
    projector: term.projector(
      `projector.${index}`,
      stateShapeOf(student, pair.student).at(-1)!,
      stateShapeOf(teacher, pair.teacher).at(-1)!,
      parts.initialize,
    ),
  }));
}

/**
 * Σ over layer pairs of the mean over valid positions of ‖norm(P(h_s)) − norm(h_t)‖², norm being L2 over the last axis
 * and P a projector Linear, ReLU, Linear. Summed, not averaged, over the feature axis, so that the width of a layer
 * does not change its weight.
 */
export const featureTerm = ({ layers }: { layers?: Layers }): Term =>
  hiddenTerm(layers, { name: 'feature', distance: normalizedDistanceRows, projector: mlpProjector });

/**
 * Σ over layer pairs of the mean over valid positions of 1 − cos(P(h_s), h_t), P being linear where the widths differ
 * and nothing where they are equal, as in DistilBERT (Sanh et al. 2019).
 */
export const cosineTerm = ({ layers }: { layers?: Layers }): Term =>
  hiddenTerm(layers, { name: 'cosine', distance: cosineDistanceRows, projector: widthProjector });

/** weight·[the feature term] + labelWeight·CE(labels, z_s) + responseWeight·T²·KL(softmax(z_t/T) ‖ softmax(z_s/T)). */
export function feature(config: FeatureConfig): Strategy {
  const terms = [{ weight: config.weight, term: featureTerm(config) }];
  if (config.responseWeight > 0) terms.push({ weight: config.responseWeight, term: responseTerm(config) });
  return weightedTerms('feature', config.labelWeight, terms);
}
