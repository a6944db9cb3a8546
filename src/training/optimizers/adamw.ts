import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { HostTensor, Tensors } from '../../device/device.ts';
import { tf } from '../../device/tensorflow.ts';
import { hostScalar } from './host-scalar.ts';
import type { Optimizer, OptimizerConfig } from './optimizer.ts';
import { decays } from './weight-decay.ts';

/**
 * Adam with decoupled weight decay (Loshchilov & Hutter 2019), for gradients s·g, where s is the clipping scale:
 *
 *     m ← β₁·m + (1−β₁)·s·g        v ← β₂·v + (1−β₂)·(s·g)²
 *     w ← w·(1 − lr·λ) − lr · (m / (1−β₁ᵗ)) / (√(v / (1−β₂ᵗ)) + ε)
 *
 * Each pass over the weights costs as much as reading and writing them all, so whatever can be done to a scalar is.
 * The moments are kept without their constant factors, M = m / ((1−β₁)·s) and V = v / ((1−β₂)·s²), with s of the last
 * step beside them:
 *
 *     M ← (β₁·s′/s)·M + g          V ← (β₂·(s′/s)²)·V + g²        s′ of the step before
 *     w ← w·(1 − lr·λ) − step · M / (√V + ε′/s)
 *
 * with step = lr·(1−β₁) / ((1−β₁ᵗ)·r), ε′ = ε / r and r = √((1−β₂) / (1−β₂ᵗ)).
 */
export class AdamW implements Optimizer {
  readonly state = new Map<string, Variable>();
  readonly #config: OptimizerConfig;
  readonly #parameters: ReadonlyMap<string, Variable>;
  readonly #lastScale: Variable;

  constructor(config: OptimizerConfig, parameters: ReadonlyMap<string, Variable>) {
    this.#config = config;
    this.#parameters = parameters;
    for (const [name, parameter] of parameters)
      for (const moment of ['m', 'v'])
        this.state.set(
          `${moment}.${name}`,
          tf.tidy(() => tf.variable(tf.zeros(parameter.shape), false)),
        );
    this.#lastScale = tf.tidy(() => tf.variable(tf.ones([]), false));
    this.state.set('scale', this.#lastScale);
  }

  scalars(step: number, learningRate: number): Record<string, HostTensor> {
    const { beta1, beta2, epsilon, weightDecay } = this.#config;
    const root = Math.sqrt((1 - beta2) / (1 - beta2 ** (step + 1)));
    return {
      step: hostScalar((learningRate * (1 - beta1)) / ((1 - beta1 ** (step + 1)) * root)),
      epsilon: hostScalar(epsilon / root),
      keep: hostScalar(1 - learningRate * weightDecay),
      beta1: hostScalar(beta1),
      beta2: hostScalar(beta2),
    };
  }

  apply(gradients: ReadonlyMap<string, Tensor>, scalars: Tensors, scale?: Tensor): void {
    const { weightDecay } = this.#config;
    let { step, epsilon, keep, beta1, beta2 } = scalars as Record<
      'step' | 'epsilon' | 'keep' | 'beta1' | 'beta2',
      Tensor
    >;
    if (scale) {
      const change = tf.div(this.#lastScale, scale);
      beta1 = tf.mul(beta1, change);
      beta2 = tf.mul(beta2, tf.square(change));
      epsilon = tf.div(epsilon, scale);
      this.#lastScale.assign(scale);
    }
    for (const [name, gradient] of gradients) {
      const weight = this.#parameters.get(name)!;
      const first = this.state.get(`m.${name}`)!;
      const second = this.state.get(`v.${name}`)!;
      const m = tf.add(tf.mul(first, beta1), gradient);
      const v = tf.add(tf.mul(second, beta2), tf.square(gradient));
      const change = tf.div(tf.mul(m, step), tf.add(tf.sqrt(v), epsilon));
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
