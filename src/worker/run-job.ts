import { join } from 'node:path';
import type { Dataset } from '../data/dataset.ts';
import { openDataset } from '../data/open-dataset.ts';
import type { Device } from '../device/device.ts';
import { RandomGenerator } from '../device/random-generator.ts';
import { experimentIdentity, stableHash } from '../experiment/identity.ts';
import { UserError } from '../experiment/user-error.ts';
import { buildModel } from '../models/build-model.ts';
import { type Model, parameterCount } from '../models/model.ts';
import { createStrategy } from '../strategies/create-strategy.ts';
import { hiddenShapes } from '../strategies/hidden-shapes.ts';
import type { AttachedStrategy, TeacherNeeds } from '../strategies/strategy.ts';
import type { Checkpoints } from '../training/checkpoint.ts';
import { Evaluator } from '../training/evaluate.ts';
import { initializer } from '../training/initialize.ts';
import { measureSpeed, type Speed } from '../training/measure.ts';
import { agreement, type Quality } from '../training/quality.ts';
import { prepareStudent, requireBuildable } from '../training/student.ts';
import { prepareTeacher, type Teacher } from '../training/teacher.ts';
import { cachedSignals } from '../training/teacher-signals.ts';
import { liveTeacher, needsTeacher, type TeacherSource, withoutTeacher } from '../training/teacher-source.ts';
import { type TrainOutcome, train } from '../training/train-loop.ts';
import type { Control } from './control.ts';
import type { EventLog } from './event-log.ts';
import type { ModelFigures, Phase, RunResult } from './events.ts';
import { exportStudent, writeModelCard } from './export-student.ts';
import { ProgressReporter } from './progress-reporter.ts';
import type { RunDirectory } from './run-directory.ts';
import type { RunRequest } from './run-request.ts';

export interface RunJobParts {
  readonly directory: RunDirectory;
  readonly request: RunRequest;
  readonly device: Device;
  readonly log: EventLog;
  readonly checkpoints: Checkpoints;
  readonly control: Control;
}

interface Signals {
  readonly source: TeacherSource;
  /** Seconds they cost this run before training; undefined where the teacher runs in every step. */
  readonly seconds?: number;
  readonly secondsPerPass?: number;
}

/** One run from its data to the finished student, phase by phase. */
export class RunJob {
  readonly #parts: RunJobParts;
  readonly #cleanUp: (() => void)[] = [];

  constructor(parts: RunJobParts) {
    this.#parts = parts;
  }

  /**
   * @throws UserError for what the user can mend
   * @throws Interruption if asked to end early
   */
  async run(): Promise<void> {
    try {
      await this.#run();
    } finally {
      for (const dispose of this.#cleanUp.reverse()) dispose();
    }
  }

  async #run(): Promise<void> {
    const { request, log } = this.#parts;
    const { experiment } = request;
    this.#begin('prepare');
    const dataset = await openDataset(experiment.dataset, request.directory);
    requireBuildable(experiment.student, dataset.task);

    const teacher = await this.#teacher(dataset);
    const student = await this.#student(dataset, teacher);
    const { strategy, needs } = this.#attach(student, teacher?.model, dataset);
    if (teacher && parameterCount(student) > parameterCount(teacher.model))
      log.append({
        type: 'warning',
        message: `The student has more parameters (${parameterCount(student)}) than its teacher (${parameterCount(teacher.model)}).`,
      });
    const signals = await this.#signals(teacher, needs, dataset);
    const outcome = await this.#train(student, strategy, signals, dataset, teacher);
    const quality = await this.#evaluate(student, strategy, teacher, dataset, outcome);
    const speed = await this.#measure(student, teacher, dataset);
    await this.#export(student, dataset, teacher, outcome, signals, quality, speed);
  }

  #begin(phase: Phase): void {
    this.#parts.log.append({ type: 'phase', phase });
  }

  #progress(phase: Phase, unit: string): (done: number, total: number) => void {
    const reporter = new ProgressReporter(this.#parts.log, phase, unit);
    return (done, total) => reporter.report(done, total);
  }

  #build(config: Model['config'], dataset: Dataset, use: string): Model {
    const model = buildModel(config, dataset.task, RandomGenerator.forUse(this.#parts.request.seed, use));
    this.#cleanUp.push(() => model.dispose());
    return model;
  }

  async #student(dataset: Dataset, teacher: Teacher | undefined): Promise<Model> {
    const { request, control } = this.#parts;
    const model = await prepareStudent({
      config: request.experiment.student,
      task: dataset.task,
      experimentDirectory: request.directory,
      teacher: teacher?.model,
      generator: RandomGenerator.forUse(request.seed, 'weights'),
      stopRequested: control.requested,
      onDownload: this.#progress('prepare', 'bytes'),
    });
    this.#cleanUp.push(() => model.dispose());
    return model;
  }

  async #teacher(dataset: Dataset): Promise<Teacher | undefined> {
    const { request, device, log, control } = this.#parts;
    const { teacher: config } = request.experiment;
    if (!config) return undefined;
    this.#begin('teacher');
    const progress = this.#progress('teacher', 'steps');
    let waiting = false;
    const teacher = await prepareTeacher({
      device,
      dataset,
      config,
      experimentDirectory: request.directory,
      teachersDirectory: join(request.dataDirectory, 'teachers'),
      stopRequested: control.requested,
      onDownload: this.#progress('teacher', 'bytes'),
      observer: {
        progress,
        metrics: (values, step, epoch) =>
          log.append({ type: 'metric', model: 'teacher', step, epoch, values }),
      },
      onWaiting: ({ pid, host }) => {
        if (!waiting)
          log.append({
            type: 'warning',
            message: `Waiting for the teacher, which process ${pid} on ${host} is training.`,
          });
        waiting = true;
      },
    });
    this.#cleanUp.push(() => teacher.model.dispose());
    return teacher;
  }

  #attach(
    student: Model,
    teacher: Model | undefined,
    dataset: Dataset,
  ): { strategy: AttachedStrategy; needs: TeacherNeeds } {
    const { experiment, seed } = this.#parts.request;
    const strategy = createStrategy(experiment.strategy);
    const teacherShapes = teacher && hiddenShapes(teacher);
    const needs = strategy.needs({ student: hiddenShapes(student), teacher: teacherShapes });
    if (needsTeacher(needs) && !teacher)
      throw new UserError(
        `The strategy "${strategy.kind}" learns from a teacher, and the experiment names none.`,
        {
          remedy: 'Add a "teacher" with a "model" or a "checkpoint", or use the strategy "direct".',
        },
      );
    const attached = strategy.attach({
      student,
      teacher: teacher && teacherShapes && { hiddenShapes: teacherShapes, classes: teacher.task.classes },
      task: dataset.task,
      initialize: initializer(seed),
      buildModel: (config, name) => this.#build(config, dataset, `weights/${name}`),
    });
    this.#cleanUp.push(() => attached.dispose());
    return { strategy: attached, needs };
  }

  async #signals(teacher: Teacher | undefined, needs: TeacherNeeds, dataset: Dataset): Promise<Signals> {
    if (!teacher || !needsTeacher(needs)) return { source: withoutTeacher };
    const { request, device, control } = this.#parts;
    if (!request.experiment.cacheTeacherSignals) return { source: liveTeacher(teacher.model, needs) };
    this.#begin('signals');
    const started = performance.now();
    const source = await cachedSignals({
      device,
      teacher: teacher.model,
      teacherHash: teacher.hash,
      needs,
      split: dataset.subset,
      fingerprint: dataset.fingerprint,
      cacheDirectory: join(request.dataDirectory, 'cache'),
      onProgress: this.#progress('signals', 'batches'),
      stopRequested: control.requested,
    });
    this.#cleanUp.push(() => source.close());
    const seconds = (performance.now() - started) / 1000;
    return { source, seconds, secondsPerPass: source.secondsPerPass };
  }

  async #train(
    student: Model,
    strategy: AttachedStrategy,
    { source }: Signals,
    dataset: Dataset,
    teacher: Teacher | undefined,
  ): Promise<TrainOutcome> {
    const { request, device, log, checkpoints, control } = this.#parts;
    this.#begin('train');
    return train({
      device,
      student,
      strategy,
      teacher: source,
      train: dataset.subset,
      validation: dataset.validation,
      config: request.experiment.training,
      seed: request.seed,
      checkpoints,
      identity: stableHash({
        experiment: experimentIdentity(request.experiment, request.directory),
        seed: request.seed,
        data: dataset.fingerprint,
        teacher: teacher?.hash,
      }),
      stopRequested: control.requested,
      observer: {
        progress: this.#progress('train', 'steps'),
        metrics: (values, step, epoch) =>
          log.append({ type: 'metric', model: 'student', step, epoch, values }),
        checkpoint: (epoch, best, path) => log.append({ type: 'checkpoint', epoch, best, path }),
      },
    });
  }

  async #evaluate(
    student: Model,
    strategy: AttachedStrategy,
    teacher: Teacher | undefined,
    dataset: Dataset,
    { steps, epochs }: TrainOutcome,
  ): Promise<{ student: Quality; teacher?: Quality }> {
    const { device, log, control } = this.#parts;
    this.#begin('evaluate');
    const models: [string, Model][] = [['student', student]];
    if (teacher) models.push(['teacher', teacher.model]);
    for (const { name, model } of strategy.candidates?.() ?? []) models.push([name, model]);
    const progress = this.#progress('evaluate', 'batches');
    const results = new Map<string, Quality>();
    for (const [index, [name, model]] of models.entries()) {
      const evaluator = new Evaluator(device, model);
      try {
        const metrics = await evaluator.evaluate(dataset.test, {
          stopRequested: control.requested,
          onProgress: (done, total) => progress(index * total + done, models.length * total),
        });
        results.set(name, metrics);
        const values = { 'test.accuracy': metrics.accuracy, 'test.loss': metrics.loss };
        log.append({ type: 'metric', model: name, step: steps, epoch: epochs, values });
      } finally {
        evaluator.dispose();
      }
    }
    return { student: results.get('student')!, teacher: results.get('teacher') };
  }

  async #measure(
    student: Model,
    teacher: Teacher | undefined,
    dataset: Dataset,
  ): Promise<Record<'student' | 'teacher', Speed>> {
    const { device, control } = this.#parts;
    this.#begin('measure');
    const models = { student, ...(teacher && { teacher: teacher.model }) };
    return measureSpeed(device, models as Record<'student' | 'teacher', Model>, dataset.test, {
      stopRequested: control.requested,
      onProgress: this.#progress('measure', 'rounds'),
    });
  }

  async #export(
    student: Model,
    dataset: Dataset,
    teacher: Teacher | undefined,
    outcome: TrainOutcome,
    signals: Signals,
    quality: { student: Quality; teacher?: Quality },
    speed: Record<'student' | 'teacher', Speed>,
  ): Promise<void> {
    const { directory, request, device, log } = this.#parts;
    this.#begin('export');
    const { bytes } = await exportStudent(student, dataset, directory.studentDirectory);
    const result: RunResult = {
      student: figures(student, quality.student, speed.student, bytes),
      ...(teacher &&
        quality.teacher && {
          teacher: figures(teacher.model, quality.teacher, speed.teacher, teacher.bytes),
          agreement: agreement(quality.student, quality.teacher),
        }),
      bestEpoch: outcome.bestEpoch,
      trainingSeconds: outcome.seconds,
      ...(signals.seconds !== undefined &&
        signals.secondsPerPass !== undefined && {
          teacherSeconds: signals.seconds,
          savedSeconds: outcome.epochs * signals.secondsPerPass - signals.seconds,
        }),
    };
    await writeModelCard(directory.studentDirectory, student.config, request, result, device.name);
    log.append({ type: 'result', result });
  }
}

function figures(model: Model, quality: Quality, speed: Speed, bytes: number): ModelFigures {
  return {
    accuracy: quality.accuracy,
    loss: quality.loss,
    parameters: parameterCount(model),
    bytes,
    latencyMs: speed.latencyMs,
    throughput: speed.throughput,
    macroF1: quality.macroF1 ?? null,
    calibrationError: quality.calibrationError ?? null,
    ...(model.task.text?.goal === 'language-model' && { perplexity: Math.exp(quality.loss) }),
    confusion: quality.confusion,
  };
}
