import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { HostTensor, Tensors } from '../device/device.ts';
import { tf } from '../device/tensorflow.ts';
import { hostScalar } from './host-scalar.ts';
import type { Optimizer, OptimizerConfig } from './optimizer.ts';
import { decays } from './weight-decay.ts';

/**
 * Gradient descent with heavy-ball momentum and decoupled weight decay (SGDW, Loshchilov & Hutter 2019):
 *
 *     u ← μ·u + g        w ← w·(1 − lr·λ) − lr·u
 */
export class Sgd implements Optimizer {
  readonly state = new Map<string, Variable>();
  readonly #config: OptimizerConfig;
  readonly #parameters: ReadonlyMap<string, Variable>;

  constructor(config: OptimizerConfig, parameters: ReadonlyMap<string, Variable>) {
    this.#config = config;
    this.#parameters = parameters;
    if (config.momentum === 0) return;
    for (const [name, parameter] of parameters)
      this.state.set(
        `momentum.${name}`,
        tf.tidy(() => tf.variable(tf.zeros(parameter.shape), false)),
      );
  }

  scalars(_step: number, learningRate: number): Record<string, HostTensor> {
    return {
      stepSize: hostScalar(learningRate),
      keep: hostScalar(1 - learningRate * this.#config.weightDecay),
    };
  }

  apply(gradients: ReadonlyMap<string, Tensor>, scalars: Tensors, scale?: Tensor): void {
    const { stepSize, keep } = scalars as Record<'stepSize' | 'keep', Tensor>;
    const { momentum, weightDecay } = this.#config;
    const scaledStep = scale ? tf.mul(stepSize, scale) : stepSize;
    for (const [name, gradient] of gradients) {
      const weight = this.#parameters.get(name)!;
      const kept = weightDecay > 0 && decays(weight) ? tf.mul(weight, keep) : weight;
      const velocity = this.state.get(`momentum.${name}`);
      if (!velocity) {
        weight.assign(tf.sub(kept, tf.mul(gradient, scaledStep)));
        continue;
      }
      const scaled = scale ? tf.mul(gradient, scale) : gradient;
      const moved = tf.add(tf.mul(velocity, tf.scalar(momentum)), scaled);
      velocity.assign(moved);
      weight.assign(tf.sub(kept, tf.mul(moved, stepSize)));
    }
  }

  dispose(): void {
    for (const variable of this.state.values()) variable.dispose();
  }
}
