import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { HostTensor, Tensors } from '../device/device.ts';
import { tf } from '../device/tensorflow.ts';
import { hostScalar } from './host-scalar.ts';
import type { Optimizer, OptimizerConfig } from './optimizer.ts';
import { decays } from './weight-decay.ts';

/**
 * Adam with decoupled weight decay (Loshchilov & Hutter 2019):
 *
 *     m ← β₁·m + (1−β₁)·g        v ← β₂·v + (1−β₂)·g²
 *     w ← w·(1 − lr·λ) − lr · (m / (1−β₁ᵗ)) / (√(v / (1−β₂ᵗ)) + ε)
 *
 * Weights and moments are read and written once each; what can be done to a scalar first is done to the scalar: the
 * bias corrections are folded into the step size, lr·√(1−β₂ᵗ)/(1−β₁ᵗ), and into ε·√(1−β₂ᵗ).
 */
export class AdamW implements Optimizer {
  readonly state = new Map<string, Variable>();
  readonly #config: OptimizerConfig;
  readonly #parameters: ReadonlyMap<string, Variable>;

  constructor(config: OptimizerConfig, parameters: ReadonlyMap<string, Variable>) {
    this.#config = config;
    this.#parameters = parameters;
    for (const [name, parameter] of parameters)
      for (const moment of ['m', 'v'])
        this.state.set(
          `${moment}.${name}`,
          tf.tidy(() => tf.variable(tf.zeros(parameter.shape), false)),
        );
  }

  scalars(step: number, learningRate: number): Record<string, HostTensor> {
    const { beta1, beta2, epsilon, weightDecay } = this.#config;
    const rootOfCorrection = Math.sqrt(1 - beta2 ** (step + 1));
    return {
      stepSize: hostScalar((learningRate * rootOfCorrection) / (1 - beta1 ** (step + 1))),
      epsilon: hostScalar(epsilon * rootOfCorrection),
      keep: hostScalar(1 - learningRate * weightDecay),
    };
  }

  apply(gradients: ReadonlyMap<string, Tensor>, scalars: Tensors, scale?: Tensor): void {
    const { beta1, beta2, weightDecay } = this.#config;
    const { stepSize, epsilon, keep } = scalars as Record<'stepSize' | 'epsilon' | 'keep', Tensor>;
    const firstShare = scale ? tf.mul(scale, 1 - beta1) : tf.scalar(1 - beta1);
    const secondShare = scale ? tf.mul(tf.square(scale), 1 - beta2) : tf.scalar(1 - beta2);
    const [keepFirst, keepSecond] = [tf.scalar(beta1), tf.scalar(beta2)];
    for (const [name, gradient] of gradients) {
      const weight = this.#parameters.get(name)!;
      const first = this.state.get(`m.${name}`)!;
      const second = this.state.get(`v.${name}`)!;
      const m = tf.add(tf.mul(first, keepFirst), tf.mul(gradient, firstShare));
      const v = tf.add(tf.mul(second, keepSecond), tf.mul(tf.square(gradient), secondShare));
      const change = tf.div(tf.mul(m, stepSize), tf.add(tf.sqrt(v), epsilon));
      const kept = weightDecay > 0 && decays(weight) ? tf.mul(weight, keep) : weight;
      first.assign(m);
      second.assign(v);
      weight.assign(tf.sub(kept, change));
    }
  }

  dispose(): void {
    for (const variable of this.state.values()) variable.dispose();
  }
}
