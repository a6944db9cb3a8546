import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import { tf } from '../device/tensorflow.ts';
import type { StrategyConfig } from '../experiment/schema/strategy-schema.ts';
import type { Model } from '../models/model.ts';
import { distillationLoss } from './losses/distillation-kl.ts';
import { hardLoss } from './losses/hard-loss.ts';
import {
  type AttachedStrategy,
  type LossTerm,
  noTeacher,
  type Strategy,
  type StrategyContext,
  type StrategyParts,
} from './strategy.ts';

type OnlineConfig = Extract<StrategyConfig, { kind: 'online' }>;

/** Names of the second peer and those after it; the first is the student. */
const peerName = (index: number) => `peer-${index + 2}`;

function prefixed(peers: readonly Model[], which: 'parameters' | 'buffers'): Map<string, Variable> {
  return new Map(
    peers.flatMap((peer, index) =>
      [...peer[which]].map(([name, variable]) => [`${peerName(index)}.${name}`, variable] as const),
    ),
  );
}

function attach(config: OnlineConfig, parts: StrategyParts) {
  const { peers: count, peerModels = [] } = config;
  const peers = Array.from({ length: count - 1 }, (_, index) =>
    parts.buildModel(peerModels[index] ?? parts.student.config, peerName(index)),
  );
  const strategy: AttachedStrategy = {
    parameters: prefixed(peers, 'parameters'),
    buffers: prefixed(peers, 'buffers'),
    loss: (context) => mutualLoss(peers, config, context),
    candidates: () => peers.map((model, index) => ({ name: peerName(index), model, ensemble: true })),
    dispose() {
      for (const peer of peers) peer.dispose();
    },
  };
  return strategy;
}

/** All predictions are taken from the weights before the step: one sum of losses, one update of all. */
function mutualLoss(
  peers: readonly Model[],
  { temperature, weight, labelWeight, scaleByTemperature }: OnlineConfig,
  context: StrategyContext,
): Record<string, LossTerm> {
  const { batch, random, student, rows } = context;
  const answers: readonly Tensor[] = [
    student.logits,
    ...peers.map((peer) => peer.forward(batch.input, { training: true, random }).logits),
  ];
  const terms: Record<string, LossTerm> = {};
  answers.forEach((own, index) => {
    const prefix = index === 0 ? '' : `${peerName(index - 1)}.`;
    const others = answers.filter((_, other) => other !== index);
    // distillationLoss lets no gradient into its teacher: with it, this would be another method.
    const lessons = others.map((other) =>
      distillationLoss(other, own, temperature, rows, scaleByTemperature),
    );
    terms[`${prefix}labels`] = { weight: labelWeight, value: hardLoss(context, own) };
    terms[`${prefix}mutual`] = { weight, value: tf.div<Scalar>(tf.addN(lessons), lessons.length) };
  });
  return terms;
}

/**
 * For each peer i: labelWeight·CE(labels, z_i) + weight·mean over j≠i of T²·KL(softmax(stop(z_j)/T) ‖ softmax(z_i/T)),
 * summed over peers (deep mutual learning, Zhang et al. 2018, who have no temperature); T² is left out where asked.
 */
export function online(config: OnlineConfig): Strategy {
  return {
    kind: 'online',
    needs: () => noTeacher,
    attach: (parts) => attach(config, parts),
  };
}
