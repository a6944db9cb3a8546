import { join } from 'node:path';
import type { Dataset, Split } from '../data/dataset.ts';
import { openDataset } from '../data/open-dataset.ts';
import type { Device } from '../device/device.ts';
import { RandomGenerator } from '../device/random-generator.ts';
import { experimentIdentity, stableHash } from '../experiment/identity.ts';
import type { StudentConfig } from '../experiment/schema.ts';
import { UserError } from '../experiment/user-error.ts';
import { buildModel } from '../models/build-model.ts';
import { type Model, parameterCount } from '../models/model.ts';
import { createStrategy } from '../strategies/create-strategy.ts';
import { hiddenShapes } from '../strategies/hidden-shapes.ts';
import type { AttachedStrategy, Candidate, TeacherNeeds } from '../strategies/strategy.ts';
import type { Checkpoints } from '../training/checkpoint.ts';
import { generatedSplit } from '../training/generation/generated-split.ts';
import { sampleContinuations } from '../training/generation/sample-continuations.ts';
import { initializer } from '../training/initialize.ts';
import { measureSpeed, type Speed } from '../training/measure.ts';
import { agreement, type Quality } from '../training/quality.ts';
import { prepareStudent, requireBuildable } from '../training/student.ts';
import type { Teacher } from '../training/teacher.ts';
import { cachedSignals } from '../training/teacher-signals.ts';
import { liveTeacher, needsTeacher, type TeacherSource, withoutTeacher } from '../training/teacher-source.ts';
import { type TrainOutcome, train } from '../training/train-loop.ts';
import { answersOf, assessAll, ensembleName, figuresOf, type Subject } from './assess.ts';
import type { Control } from './control.ts';
import type { EventLog } from './event-log.ts';
import type { Phase, RunResult } from './events.ts';
import { exportStudent, writeModelCard } from './export-student.ts';
import { ProgressReporter } from './progress-reporter.ts';
import type { RunDirectory } from './run-directory.ts';
import type { RunRequest } from './run-request.ts';
import { teacherOfRun } from './run-teacher.ts';

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

/** What the signals cost, and what a teacher that runs in every epoch would have cost beyond that. */
function costOf({ seconds, secondsPerPass }: Signals, { epochs }: TrainOutcome) {
  if (seconds === undefined || secondsPerPass === undefined) return {};
  return { teacherSeconds: seconds, savedSeconds: epochs * secondsPerPass - seconds };
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
    const { directory, request, device, log, control } = this.#parts;
    const { experiment } = request;
    this.#begin('prepare');
    const dataset = await openDataset(experiment.dataset, request.directory);
    const studentConfig = experiment.student;
    if (!studentConfig) throw new UserError('The experiment has no "student".');
    requireBuildable(studentConfig, dataset.task);

    const teacher = await this.#teacher(dataset);
    const student = await this.#student(studentConfig, dataset, teacher);
    const { strategy, needs } = this.#attach(student, teacher?.model, dataset);
    if (teacher && parameterCount(student) > parameterCount(teacher.model))
      log.append({
        type: 'warning',
        message: `The student has more parameters (${parameterCount(student)}) than its teacher (${parameterCount(teacher.model)}).`,
      });
    const signals = await this.#signals(teacher, needs, dataset);
    const written = await this.#written(teacher, dataset);
    const samples = written?.split ?? dataset.subset;
    const outcome = await this.#train(student, strategy, signals, samples, dataset, teacher);
    const candidates = strategy.candidates?.() ?? [];
    const subjects: Subject[] = [
      { name: 'student', model: student, ensemble: candidates.some(({ ensemble }) => ensemble) },
      ...(teacher ? [{ name: 'teacher', model: teacher.model, ensemble: false }] : []),
      ...candidates,
    ];
    const quality = await this.#evaluate(subjects, dataset, outcome);
    const continuations = await sampleContinuations(
      Object.fromEntries(subjects.map(({ name, model }) => [name, model])),
      { device, dataset, seed: request.seed, stopRequested: control.requested },
    );
    const speed = await this.#measure(subjects, dataset);
    const bytes = await this.#export(student, candidates, dataset);

    const figures = (name: string, model: Model, size = bytes.get(name)!) =>
      figuresOf(model, quality.get(name)!, speed[name]!, size);
    const together = quality.get(ensembleName);
    const result: RunResult = {
      student: figures('student', student),
      ...(candidates.length > 0 && {
        candidates: Object.fromEntries(candidates.map(({ name, model }) => [name, figures(name, model)])),
      }),
      ...(together && { ensemble: answersOf(together) }),
      ...(teacher && {
        teacher: figures('teacher', teacher.model, teacher.bytes),
        agreement: agreement(quality.get('student')!, quality.get('teacher')!),
      }),
      bestEpoch: outcome.bestEpoch,
      trainingSeconds: outcome.seconds,
      ...costOf(signals, outcome),
      ...(written && { teacherSeconds: written.seconds }),
      ...(continuations.length > 0 && { continuations }),
    };
    await writeModelCard(directory.studentDirectory, student.config, request, result, device.name);
    log.append({ type: 'result', result });
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

  async #student(config: StudentConfig, dataset: Dataset, teacher: Teacher | undefined): Promise<Model> {
    const { request, control } = this.#parts;
    const model = await prepareStudent({
      config,
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
    const { teacher: config } = this.#parts.request.experiment;
    if (!config) return undefined;
    this.#begin('teacher');
    const teacher = await teacherOfRun(this.#parts, config, dataset);
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

  /** The texts to learn from where the teacher writes them; `seconds` is what that cost this run. */
  async #written(
    teacher: Teacher | undefined,
    dataset: Dataset,
  ): Promise<{ split: Split; seconds: number } | undefined> {
    const { request, device, control } = this.#parts;
    const { strategy } = request.experiment;
    if (strategy.kind !== 'generated') return undefined;
    if (!teacher)
      throw new UserError('Strategy "generated" has a teacher write texts, and the experiment names none.', {
        remedy: 'Add a "teacher" with a "model" or a "checkpoint".',
      });
    this.#begin('signals');
    const started = performance.now();
    const { split } = await generatedSplit({
      device,
      teacher: teacher.model,
      teacherHash: teacher.hash,
      config: strategy,
      dataset,
      cacheDirectory: join(request.dataDirectory, 'cache'),
      onProgress: this.#progress('signals', 'tokens'),
      stopRequested: control.requested,
    });
    return { split, seconds: (performance.now() - started) / 1000 };
  }

  async #train(
    student: Model,
    strategy: AttachedStrategy,
    { source }: Signals,
    samples: Split,
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
      train: samples,
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
    subjects: readonly Subject[],
    dataset: Dataset,
    { steps, epochs }: TrainOutcome,
  ): Promise<ReadonlyMap<string, Quality>> {
    const { device, log, control } = this.#parts;
    this.#begin('evaluate');
    return assessAll(subjects, {
      device,
      split: dataset.test,
      stopRequested: control.requested,
      onProgress: this.#progress('evaluate', 'batches'),
      onQuality: (model, { accuracy, loss }) => {
        const values = { 'test.accuracy': accuracy, 'test.loss': loss };
        log.append({ type: 'metric', model, step: steps, epoch: epochs, values });
      },
    });
  }

  async #measure(subjects: readonly Subject[], dataset: Dataset): Promise<Record<string, Speed>> {
    const { device, control } = this.#parts;
    this.#begin('measure');
    const models = Object.fromEntries(subjects.map(({ name, model }) => [name, model]));
    return measureSpeed(device, models, dataset.test, {
      stopRequested: control.requested,
      onProgress: this.#progress('measure', 'rounds'),
    });
  }

  /** Saves every model but the teacher. @returns bytes of the weights on disk, by name. */
  async #export(
    student: Model,
    candidates: readonly Candidate[],
    dataset: Dataset,
  ): Promise<ReadonlyMap<string, number>> {
    const { directory } = this.#parts;
    this.#begin('export');
    const bytes = new Map<string, number>();
    for (const { name, model } of candidates) {
      const saved = await exportStudent(model, dataset, join(directory.candidatesDirectory, name));
      bytes.set(name, saved.bytes);
    }
    const saved = await exportStudent(student, dataset, directory.studentDirectory);
    return bytes.set('student', saved.bytes);
  }
}
