import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { HostTensor, Tensors } from '../../device/device.ts';
import { tf } from '../../device/tensorflow.ts';
import { hostScalar } from './host-scalar.ts';
import type { Optimizer, OptimizerConfig } from './optimizer.ts';
import { decays } from './weight-decay.ts';

/**
 * Gradient descent with heavy-ball momentum, for gradients s·g, where s is the clipping scale. With decoupled weight
 * decay (SGDW, Loshchilov & Hutter 2019):
 *
 *     u ← μ·u + s·g                w ← w·(1 − lr·λ) − lr·u
 *
 * and with coupled, as torch.optim.SGD has it, added after clipping:
 *
 *     u ← μ·u + s·g + λ·w          w ← w − lr·u
 *
 * The momentum is kept as U = u / s with s of the last step beside it, so that scaling costs no pass over the weights:
 * U ← (μ·s′/s)·U + g + (λ/s)·w, s′ of the step before.
 */
export class Sgd implements Optimizer {
  readonly state = new Map<string, Variable>();
  readonly #config: OptimizerConfig;
  readonly #parameters: ReadonlyMap<string, Variable>;
  readonly #lastScale: Variable;

  constructor(config: OptimizerConfig, parameters: ReadonlyMap<string, Variable>) {
    this.#config = config;
    this.#parameters = parameters;
    this.#lastScale = tf.tidy(() => tf.variable(tf.ones([]), false));
    this.state.set('scale', this.#lastScale);
    if (config.momentum === 0) return;
    for (const [name, parameter] of parameters)
      this.state.set(
        `momentum.${name}`,
        tf.tidy(() => tf.variable(tf.zeros(parameter.shape), false)),
      );
  }

  scalars(_step: number, learningRate: number): Record<string, HostTensor> {
    const { momentum, weightDecay } = this.#config;
    return {
      step: hostScalar(learningRate),
      decay: hostScalar(this.#coupled ? weightDecay : 1 - learningRate * weightDecay),
      momentum: hostScalar(momentum),
    };
  }

  get #coupled(): boolean {
    return this.#config.weightDecayKind === 'coupled';
  }

  apply(gradients: ReadonlyMap<string, Tensor>, scalars: Tensors, scale?: Tensor): void {
    const { weightDecay } = this.#config;
    let { step, decay, momentum } = scalars as Record<'step' | 'decay' | 'momentum', Tensor>;
    if (scale) {
      step = tf.mul(step, scale);
      momentum = tf.mul(momentum, tf.div(this.#lastScale, scale));
      if (this.#coupled) decay = tf.div(decay, scale);
      this.#lastScale.assign(scale);
    }
    for (const [name, gradient] of gradients) {
      const weight = this.#parameters.get(name)!;
      const pulled = weightDecay > 0 && decays(weight) ? tf.mul(weight, decay) : undefined;
      const pull = pulled && this.#coupled ? tf.add(gradient, pulled) : gradient;
      const kept = pulled && !this.#coupled ? pulled : weight;
      const velocity = this.state.get(`momentum.${name}`);
      const moved = velocity ? tf.add(tf.mul(velocity, momentum), pull) : pull;
      velocity?.assign(moved);
      weight.assign(tf.sub(kept, tf.mul(moved, step)));
    }
  }

  dispose(): void {
    for (const variable of this.state.values()) variable.dispose();
  }
}
