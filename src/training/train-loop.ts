import type { Variable } from '@tensorflow/tfjs-core';
import { Interruption, type StopRequested } from '../base/interruption.ts';
import { UserError } from '../base/user-error.ts';
import { batchCount } from '../data/batches.ts';
import type { HostBatch, Split } from '../data/dataset.ts';
import { augmented } from '../data/images/augmentation.ts';
import { groupByLength } from '../data/length-buckets.ts';
import type { Device } from '../device/device.ts';
import { HostRandom } from '../device/host-random.ts';
import { RandomGenerator } from '../device/random-generator.ts';
import type { TrainingConfig } from '../experiment/schema/schema.ts';
import { taskRecord } from '../experiment/tasks/all.ts';
import type { JudgedBy } from '../experiment/tasks/task-record.ts';
import { trainedParameters } from '../models/frozen.ts';
import type { Model } from '../models/model.ts';
import type { AttachedStrategy } from '../strategies/strategy.ts';
import { bestEpoch, type EpochScore, epochMetric, epochScore, patienceIsOver } from './best-epoch.ts';
import { breathe } from './breathe.ts';
import type { Checkpoints, TrainingState } from './checkpoint.ts';
import { classWeightsOf } from './class-weights.ts';
import { type EpochOrder, everySample, stepsPerEpoch } from './epoch-order.ts';
import { Evaluator } from './evaluation/evaluate.ts';
import { divergedRemedy, notANumber } from './evaluation/not-a-number.ts';
import { curvesOf, type Quality } from './evaluation/quality.ts';
import type { OwnSamples } from './generation/own-samples.ts';
import { prefixed } from './inputs.ts';
import { createOptimizer } from './optimizers/optimizer.ts';
import { learningRateAt } from './optimizers/schedule.ts';
import type { TeacherSource } from './teacher/teacher-source.ts';
import type { TrainObserver } from './train-observer.ts';
import { TrainingStep } from './training-step.ts';

export interface TrainOptions {
  readonly device: Device;
  readonly student: Model;
  /** The student in messages; left out: 'The student'. */
  readonly who?: string;
  readonly strategy: AttachedStrategy;
  readonly teacher: TeacherSource;
  readonly train: Split;
  /** What an epoch reads of it; left out: every sample once. */
  readonly order?: EpochOrder;
  /** Replaces batches by what the student writes; left out: nothing does. */
  readonly ownSamples?: Pick<OwnSamples, 'of'>;
  /** Judges the epochs; may be empty, in which case the last epoch counts as the best. */
  readonly validation: Split;
  readonly config: TrainingConfig;
  /** In the order of the answers; needed where classes are weighed. */
  readonly classNames?: readonly string[];
  readonly seed: number;
  readonly checkpoints: Checkpoints;
  /** A hash of all that decides the outcome; only a checkpoint with the same one is gone on with. */
  readonly identity: string;
  readonly observer?: TrainObserver;
  readonly stopRequested?: StopRequested;
  /** Seconds between checkpoints within an epoch; there is one after every epoch in any case. */
  readonly checkpointSeconds?: number;
}

export interface TrainOutcome {
  /** The epoch whose weights the student has now, from 1. */
  readonly bestEpoch: number;
  /** Epochs done, fewer than asked for where training ended early. */
  readonly epochs: number;
  readonly steps: number;
  /** Spent in training steps, over all processes that took part. */
  readonly seconds: number;
}

const reportsPerRun = 400;

/**
 * Trains a student, from a checkpoint where there is one, and leaves the best weights in it.
 *
 * @throws Interruption if asked to end early; a checkpoint has then been kept, unless the reason is 'cancel'.
 * @throws UserError if the loss or an answer is no longer a number, or a checkpoint cannot be written.
 */
export async function train(options: TrainOptions): Promise<TrainOutcome> {
  const training = new Training(options);
  try {
    return await training.run();
  } finally {
    training.dispose();
  }
}

class Training {
  readonly #options: TrainOptions;
  readonly #weights: ReadonlyMap<string, Variable>;
  readonly #resumable: ReadonlyMap<string, Variable>;
  readonly #optimizer;
  readonly #evaluator: Evaluator;
  readonly #judgedBy: JudgedBy;
  readonly #order: EpochOrder;
  readonly #batchesPerEpoch: number;
  readonly #stepsPerEpoch: number;
  readonly #totalSteps: number;
  readonly #parameters: ReadonlyMap<string, Variable>;
  #shuffle: RandomGenerator;
  #dropout: RandomGenerator;
  #epoch = 0;
  #stepInEpoch = 0;
  #step = 0;
  #seconds = 0;
  #history: EpochScore[] = [];
  #lastCheckpoint = performance.now();

  constructor(options: TrainOptions) {
    const { student, strategy, config, train: split, seed, device } = options;
    this.#options = options;
    this.#parameters = new Map([
      ...trainedParameters(student),
      ...[...strategy.parameters].map(([name, variable]) => [`strategy.${name}`, variable] as const),
    ]);
    this.#optimizer = createOptimizer(config, this.#parameters);
    this.#weights = new Map([
      ...this.#parameters,
      ...student.buffers,
      ...[...strategy.buffers].map(([name, variable]) => [`strategy.${name}`, variable] as const),
    ]);
    this.#resumable = new Map([
      ...this.#weights,
      ...[...this.#optimizer.state].map(([name, variable]) => [`optimizer.${name}`, variable] as const),
    ]);
    this.#evaluator = new Evaluator(device, student);
    this.#judgedBy = epochMetric(config.selectBy, taskRecord(student.task).judgedBy);
    this.#order = options.order ?? everySample(split);
    this.#batchesPerEpoch = batchCount(this.#order.size, config.batchSize);
    this.#stepsPerEpoch = stepsPerEpoch(config, this.#order.size);
    this.#totalSteps = this.#stepsPerEpoch * config.epochs;
    this.#shuffle = RandomGenerator.forUse(seed, 'shuffle');
    this.#dropout = RandomGenerator.forUse(seed, 'dropout');
  }

  async run(): Promise<TrainOutcome> {
    const { config, checkpoints, identity } = this.#options;
    await checkpoints.sweep();
    await this.#resume();
    const step = new TrainingStep({
      ...this.#options,
      parameters: this.#parameters,
      optimizer: this.#optimizer,
      random: new HostRandom(this.#dropout),
      classWeights: classWeightsOf(config, this.#options.train, this.#options.classNames),
      mixed: this.#options.order !== undefined,
    });
    try {
      while (
        this.#epoch < config.epochs &&
        !patienceIsOver(this.#history, config.earlyStopping, this.#judgedBy)
      )
        await this.#runEpoch(step);
    } finally {
      step.dispose();
    }
    const best = await checkpoints.restore('best', identity, this.#weights);
    return {
      bestEpoch: best?.epoch ?? this.#epoch,
      epochs: this.#epoch,
      steps: this.#step,
      seconds: this.#seconds,
    };
  }

  async #runEpoch(step: TrainingStep): Promise<void> {
    const { train: split, config, observer } = this.#options;
    const { batchSize, accumulation } = config;
    const shuffleBefore = this.#shuffle.getState();
    const order = groupByLength(split, this.#order.of(this.#epoch, this.#shuffle), batchSize);
    const every = Math.max(1, Math.ceil(this.#totalSteps / reportsPerRun));
    for (; this.#stepInEpoch < this.#stepsPerEpoch; ) {
      await this.#heed(shuffleBefore);
      const started = performance.now();
      const first = this.#stepInEpoch * accumulation;
      const last = Math.min(first + accumulation, this.#batchesPerEpoch);
      const batches = Array.from({ length: last - first }, (_, index) => {
        const start = (first + index) * batchSize;
        return this.#augmented(split.batch(order.subarray(start, start + batchSize), batchSize), index);
      });
      await this.#options.strategy.beforeStep?.(this.#step, this.#totalSteps);
      const learningRate = learningRateAt(config, this.#step, this.#totalSteps);
      await step.run(await this.#read(batches, shuffleBefore), this.#step, learningRate);
      this.#step++;
      this.#stepInEpoch++;
      if (step.metrics.steps >= every || this.#stepInEpoch === this.#stepsPerEpoch)
        this.#report({ ...(await step.metrics.take()), learningRate });
      this.#seconds += (performance.now() - started) / 1000;
      observer?.progress?.(this.#step, this.#totalSteps);
      await breathe();
    }
    this.#epoch++;
    this.#stepInEpoch = 0;
    await this.#finishEpoch();
  }

  /** What is drawn follows from the step alone, so that a resumed run draws the same. */
  #augmented(batch: HostBatch, index: number): HostBatch {
    const { augmentation } = this.#options.config;
    const use = `augmentation of step ${this.#step}, batch ${index}`;
    return augmentation
      ? augmented(batch, augmentation, RandomGenerator.forUse(this.#options.seed, use))
      : batch;
  }

  async #read(batches: HostBatch[], shuffleBefore: readonly number[]): Promise<readonly HostBatch[]> {
    const own = this.#options.ownSamples?.of(batches, this.#step).catch(async (error: unknown) => {
      if (error instanceof Interruption && error.reason === 'stop')
        await this.#save(this.#state(shuffleBefore), false);
      throw error;
    });
    return own ?? batches;
  }

  async #finishEpoch(): Promise<void> {
    const { validation, observer, checkpoints } = this.#options;
    let score: EpochScore = { epoch: this.#epoch, accuracy: null, loss: null };
    if (validation.size > 0) {
      const quality = await this.#evaluator.evaluate(validation);
      observer?.metrics?.(prefixed('validation', curvesOf(quality)), this.#step, this.#epoch);
      await this.#requireAnswers(quality);
      if (this.#options.strategy.settled?.(this.#step, this.#totalSteps) ?? true)
        score = epochScore(this.#epoch, quality, taskRecord(this.#options.student.task).judgedBy);
    }
    this.#history.push(score);
    const state = this.#state(this.#shuffle.getState());
    const best = bestEpoch(this.#history, this.#judgedBy) === score;
    // The best one first: if only it gets written, the epoch is run again and writes it again.
    if (best) await checkpoints.save('best', this.#weights, state);
    await this.#save(state, best);
  }

  /** Weights that are NaN stay so: what comes after is lost, whatever the epochs to come. */
  async #requireAnswers(quality: Quality): Promise<void> {
    if (quality.unanswered === 0) return;
    const { student, who = 'The student' } = this.#options;
    throw await notANumber(who, student, quality, {
      what: 'held-out samples',
      when: `after epoch ${this.#epoch} (step ${this.#step} of ${this.#totalSteps})`,
      remedy: divergedRemedy,
    });
  }

  async #resume(): Promise<void> {
    const { checkpoints, identity } = this.#options;
    const state = await checkpoints.restore('last', identity, this.#resumable);
    if (!state) return;
    this.#epoch = state.epoch;
    this.#stepInEpoch = state.stepInEpoch;
    this.#step = state.step;
    this.#seconds = state.seconds;
    this.#history = state.history;
    this.#shuffle = RandomGenerator.fromState(state.random.shuffle);
    this.#dropout = RandomGenerator.fromState(state.random.training);
  }

  async #heed(shuffleBefore: readonly number[]): Promise<void> {
    const { stopRequested, checkpointSeconds = 60 } = this.#options;
    const reason = stopRequested?.();
    const due = this.#step > 0 && performance.now() - this.#lastCheckpoint > checkpointSeconds * 1000;
    if (reason ? reason !== 'cancel' : due) await this.#save(this.#state(shuffleBefore), false);
    if (reason) throw new Interruption(reason);
  }

  async #save(state: TrainingState, best: boolean): Promise<void> {
    const { checkpoints, observer } = this.#options;
    await checkpoints.save('last', this.#resumable, state);
    this.#lastCheckpoint = performance.now();
    const epoch = this.#fractionalEpoch();
    observer?.checkpoint?.(epoch, best, checkpoints.path(best ? 'best' : 'last'));
  }

  #state(shuffle: readonly number[]): TrainingState {
    return {
      identity: this.#options.identity,
      epoch: this.#epoch,
      stepInEpoch: this.#stepInEpoch,
      step: this.#step,
      history: this.#history,
      random: { shuffle: [...shuffle], training: [...this.#dropout.getState()] },
      seconds: this.#seconds,
    };
  }

  #fractionalEpoch = (): number => this.#epoch + this.#stepInEpoch / this.#stepsPerEpoch;

  #report(values: Record<string, number>): void {
    this.#options.observer?.metrics?.(values, this.#step, this.#fractionalEpoch());
    if (Number.isFinite(values.loss)) return;
    throw new UserError(
      `Training diverged: the loss was ${values.loss} around step ${this.#step} of ${this.#totalSteps}.`,
      { remedy: divergedRemedy },
    );
  }

  dispose(): void {
    this.#optimizer.dispose();
    this.#evaluator.dispose();
  }
}
