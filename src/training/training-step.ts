import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import type { HostBatch } from '../data/dataset.ts';
import type { CompiledStep, Device, HostTensor, Tensors } from '../device/device.ts';
import type { RandomSource } from '../device/random-source.ts';
import { tf } from '../device/tensorflow.ts';
import type { TrainingConfig } from '../experiment/schema/schema.ts';
import type { ForwardResult, Model } from '../models/model.ts';
import type { Rows } from '../strategies/losses/rows.ts';
import { stepTotals } from '../strategies/step-totals.ts';
import type { AttachedStrategy, LossTerm, StepTotals } from '../strategies/strategy.ts';
import { learningOf } from '../strategies/tasks/all.ts';
import { batchInputs, modelInput, prefixed, strategyBatch, unprefixed } from './inputs.ts';
import { clippingScale, globalNorm, valueAndGradients } from './optimizers/gradients.ts';
import type { Optimizer } from './optimizers/optimizer.ts';
import { StepMetrics } from './step-metrics.ts';
import { evaluationOf } from './tasks/all.ts';
import type { TeacherSource } from './teacher/teacher-source.ts';

export interface TrainingStepParts {
  readonly device: Device;
  readonly student: Model;
  readonly strategy: AttachedStrategy;
  readonly teacher: TeacherSource;
  /** All that is trained, by name. */
  readonly parameters: ReadonlyMap<string, Variable>;
  readonly optimizer: Optimizer;
  readonly random: RandomSource;
  readonly config: Pick<TrainingConfig, 'clipNorm' | 'labelSmoothing'>;
  /** Whether some samples have no labels, so that there may be none in a step. Left out: not. */
  readonly mixed?: boolean;
  /** What the labels of each class count for; left out: all the same. */
  readonly classWeights?: readonly number[] | undefined;
}

/** What a batch does with its gradients within the batches of one optimizer step. */
type Role = 'single' | 'first' | 'middle' | 'last';

const roleOf = (index: number, count: number): Role => {
  if (count === 1) return 'single';
  if (index === 0) return 'first';
  return index === count - 1 ? 'last' : 'middle';
};

/**
 * One optimizer step over one or more batches. Loss terms are already shares of the average over all of them, so
 * gradients are simply summed.
 */
export class TrainingStep {
  readonly metrics = new StepMetrics();
  readonly #parts: TrainingStepParts;
  readonly #compiled = new Map<Role, CompiledStep<never>>();
  readonly #sums = new Map<string, Variable>();

  constructor(parts: TrainingStepParts) {
    this.#parts = parts;
  }

  /** @param step optimizer steps done before this one. */
  async run(batches: readonly HostBatch[], step: number, learningRate: number): Promise<void> {
    const { optimizer, teacher, student, classWeights } = this.#parts;
    const totals = prefixed('totals', stepTotals(batches, student.task, classWeights));
    for (const [index, batch] of batches.entries()) {
      const role = roleOf(index, batches.length);
      const updates = role === 'single' || role === 'last';
      const inputs: Record<string, HostTensor> = {
        ...batchInputs(batch),
        ...totals,
        ...prefixed('teacher', await teacher.inputs(batch, batches)),
        ...(updates ? prefixed('optimizer', optimizer.scalars(step, learningRate)) : {}),
      };
      await this.#step(role).run(inputs);
    }
    this.metrics.countStep();
  }

  #step(role: Role): CompiledStep<never> {
    let step = this.#compiled.get(role);
    if (!step) {
      if (role === 'first' && this.#sums.size === 0)
        for (const [name, parameter] of this.#parts.parameters)
          this.#sums.set(
            name,
            tf.tidy(() => tf.variable(tf.zeros(parameter.shape), false)),
          );
      step = this.#parts.device.compile((inputs) => {
        this.#trace(inputs, role);
        return {} as Record<never, Tensor>;
      });
      this.#compiled.set(role, step);
    }
    return step;
  }

  #trace(inputs: Tensors, role: Role): void {
    const { student, strategy, teacher, random, config, parameters, mixed } = this.#parts;
    const input = modelInput(inputs);
    const batch = strategyBatch(inputs);
    const totals = unprefixed('totals', inputs) as unknown as StepTotals;
    const signals = teacher.signals(input, unprefixed('teacher', inputs));
    let terms: Record<string, LossTerm> = {};
    let forward: ForwardResult | undefined;
    const rows = learningOf(student.task).rows(batch, totals, this.#parts.classWeights);
    const { value, gradients } = valueAndGradients(() => {
      forward = student.forward(input, { training: true, random });
      const { labelSmoothing } = config;
      terms = strategy.loss({
        batch,
        rows,
        student: forward,
        teacher: signals,
        totals,
        labelSmoothing,
        random,
      });
      // They outlive the tape's own scope: they are reported below.
      tf.keep(forward.logits);
      for (const value of recorded(terms).values()) tf.keep(value);
      return total(terms);
    }, parameters);

    const ofTerms = recorded(terms);
    const values: Record<string, Scalar> = { loss: value, ...Object.fromEntries(ofTerms) };
    const accuracy = evaluationOf(student.task).accuracy?.(forward!.logits, batch, totals);
    if (accuracy) values.accuracy = accuracy;
    if (role === 'single' || role === 'last') {
      const norm = this.#update(this.#accumulated(gradients, role), unprefixed('optimizer', inputs));
      values.gradientNorm = norm;
    } else
      for (const [name, gradient] of gradients) {
        const sum = this.#sums.get(name)!;
        sum.assign(role === 'first' ? gradient : tf.add(sum, gradient));
      }
    this.metrics.add(values, mixed ? { share: shareOfLabels(rows), names: ofLabels(terms) } : undefined);
    forward!.logits.dispose();
    for (const own of ofTerms.values()) own.dispose();
  }

  #accumulated(gradients: Map<string, Tensor>, role: Role): Map<string, Tensor> {
    if (role === 'single') return gradients;
    return new Map([...gradients].map(([name, gradient]) => [name, tf.add(this.#sums.get(name)!, gradient)]));
  }

  #update(gradients: Map<string, Tensor>, scalars: Tensors): Scalar {
    const { optimizer, config, strategy } = this.#parts;
    const norm = globalNorm(gradients);
    const scale = config.clipNorm === null ? undefined : clippingScale(norm, config.clipNorm);
    optimizer.apply(gradients, scalars, scale);
    strategy.afterUpdate?.();
    return norm as Scalar;
  }

  dispose(): void {
    for (const step of this.#compiled.values()) step.dispose();
    for (const sum of this.#sums.values()) sum.dispose();
    this.metrics.dispose();
  }
}

/** The batch's share of the step's labels: 1 over all batches of a step, 0 where the step has none. */
const shareOfLabels = ({ labelWeights, labelTotal }: Rows): Scalar =>
  tf.div(tf.sum(labelWeights), labelTotal);

/** What is reported and says nothing of a step without labels. */
const ofLabels = (terms: Readonly<Record<string, LossTerm>>): string[] => [
  'accuracy',
  ...Object.entries(terms).flatMap(([name, { ofLabels }]) => (ofLabels ? [`loss.${name}`] : [])),
];

/** What is reported of the terms, by the names of the metrics. */
function recorded(terms: Readonly<Record<string, LossTerm>>): Map<string, Scalar> {
  return new Map(
    Object.entries(terms).flatMap(([name, { value, layers = {} }]) => [
      [`loss.${name}`, value] as const,
      ...Object.entries(layers).map(([pair, loss]) => [`layer.${name}.${pair}`, loss] as const),
    ]),
  );
}

function total(terms: Readonly<Record<string, LossTerm>>): Scalar {
  const weighted = Object.values(terms)
    .filter(({ weight }) => weight !== 0)
    .map(({ weight, value }) => (weight === 1 ? value : tf.mul(value, weight)));
  return tf.addN(weighted) as Scalar;
}
