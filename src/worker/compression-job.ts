import { join } from 'node:path';
import { sparsityOf, withMagnitudePruning } from '../compression/magnitude.ts';
import { quantizeModel, saveQuantized } from '../compression/quantize.ts';
import { compressionSource } from '../compression/source.ts';
import { copyOf, pruneUnits } from '../compression/structured/prune-units.ts';
import type { Dataset } from '../data/dataset.ts';
import { openDataset } from '../data/open-dataset.ts';
import { OnnxDevice } from '../device/onnx/onnx-device.ts';
import {
  type CompressionConfig,
  compresses,
  type PruneConfig,
  type QuantizeConfig,
} from '../experiment/compression-schema.ts';
import { experimentIdentity, stableHash } from '../experiment/identity.ts';
import { UserError } from '../experiment/user-error.ts';
import { type Model, parameterCount } from '../models/model.ts';
import { createStrategy } from '../strategies/create-strategy.ts';
import { initializer } from '../training/initialize.ts';
import { heed } from '../training/interruption.ts';
import { measureSpeed } from '../training/measure.ts';
import { agreement, type Quality } from '../training/quality.ts';
import { prepareTeacher } from '../training/teacher.ts';
import { withoutTeacher } from '../training/teacher-source.ts';
import { train } from '../training/train-loop.ts';
import { assessAll, figuresOf, type Subject } from './assess.ts';
import type { Phase, RunResult } from './events.ts';
import { exportStudent, writeModelCard } from './export-student.ts';
import { ProgressReporter } from './progress-reporter.ts';
import type { RunJobParts } from './run-job.ts';
import { teacherOfRun } from './run-teacher.ts';

/** The model that is made smaller. */
interface Original {
  readonly model: Model;
  readonly hash: string;
  readonly bytes: number;
}

/** What came out of compression, ready to be evaluated and saved. */
interface Compressed {
  readonly subject: Subject;
  readonly steps: number;
  readonly epochs: number;
  readonly outcome: Pick<RunResult, 'compression' | 'bestEpoch' | 'trainingSeconds'>;
  /** @returns bytes of the weights on disk, and what else there is to say of the files. */
  save(directory: string): Promise<{ bytes: number; compression?: RunResult['compression'] }>;
}

/** One run that makes a model smaller that is there already, from its data to the exported model, phase by phase. */
export class CompressionJob {
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
    const { directory, request, device, log } = this.#parts;
    const { strategy } = request.experiment;
    if (!compresses(strategy)) throw new Error(`Strategy ${strategy.kind} makes nothing smaller.`);
    this.#begin('prepare');
    const dataset = await openDataset(request.experiment.dataset, request.directory);
    const original = await this.#original(strategy, dataset);
    const compressed = await this.#compress(strategy, original, dataset);

    const subjects: Subject[] = [
      compressed.subject,
      { name: 'teacher', model: original.model, ensemble: false },
    ];
    const quality = await this.#evaluate(subjects, dataset, compressed);
    const speed = await this.#measure(subjects, dataset);
    this.#begin('export');
    const saved = await compressed.save(directory.studentDirectory);
    const figures = ({ name, model }: Subject, bytes: number) =>
      figuresOf(model, quality.get(name)!, speed[name]!, bytes);
    const result: RunResult = {
      student: figures(subjects[0]!, saved.bytes),
      teacher: figures(subjects[1]!, original.bytes),
      agreement: agreement(quality.get('student')!, quality.get('teacher')!),
      ...compressed.outcome,
      compression: { ...compressed.outcome.compression, ...saved.compression },
    };
    await writeModelCard(
      directory.studentDirectory,
      compressed.subject.model.config,
      request,
      result,
      device.name,
    );
    log.append({ type: 'result', result });
  }

  #begin(phase: Phase): void {
    this.#parts.log.append({ type: 'phase', phase });
  }

  #progress(phase: Phase, unit: string): (done: number, total: number) => void {
    const reporter = new ProgressReporter(this.#parts.log, phase, unit);
    return (done, total) => reporter.report(done, total);
  }

  async #original({ of, kind }: CompressionConfig, dataset: Dataset): Promise<Original> {
    const { request, device, control } = this.#parts;
    this.#begin('teacher');
    const { teacher } = request.experiment;
    if (of === 'teacher' && !teacher)
      throw new UserError(`Strategy "${kind}" is to make the teacher smaller, and the experiment has none.`, {
        remedy: 'Add a "teacher", or name in "of" what is to be made smaller.',
      });
    const found =
      of === 'teacher'
        ? await teacherOfRun(this.#parts, teacher!, dataset)
        : await prepareTeacher({
            device,
            dataset,
            config: {
              checkpoint: await compressionSource(of, {
                experimentDirectory: request.directory,
                dataDirectory: request.dataDirectory,
              }),
              seed: 0,
            },
            experimentDirectory: request.directory,
            teachersDirectory: join(request.dataDirectory, 'teachers'),
            stopRequested: control.requested,
            onDownload: this.#progress('teacher', 'bytes'),
          });
    this.#cleanUp.push(() => found.model.dispose());
    return found;
  }

  #compress(config: CompressionConfig, original: Original, dataset: Dataset): Promise<Compressed> {
    this.#begin('compress');
    if (config.kind === 'quantize') return this.#quantize(config, original, dataset);
    return this.#prune(config, original, dataset);
  }

  async #quantize(config: QuantizeConfig, { model }: Original, dataset: Dataset): Promise<Compressed> {
    const { device, control } = this.#parts;
    if (!(device instanceof OnnxDevice))
      throw new UserError(`Quantized models run by ONNX Runtime, and ${device.name} does not use it.`, {
        remedy: 'Set "device" to "cpu".',
      });
    const quantization = await quantizeModel({
      device,
      model,
      config,
      train: dataset.subset,
      onProgress: this.#progress('compress', 'batches'),
      heed: () => heed(control.requested),
    });
    return {
      subject: { name: 'student', model, device: quantization.device, ensemble: false },
      steps: 0,
      epochs: 0,
      outcome: {
        bestEpoch: 0,
        trainingSeconds: 0,
        compression: {
          quantizedWeights: quantization.weights.map(({ name }) => name),
          floatWeights: [...quantization.floatWeights],
        },
      },
      async save(directory) {
        const { bytes, onnxBytes } = await saveQuantized(quantization, dataset, directory);
        return { bytes, compression: { onnxBytes } };
      },
    };
  }

  async #prune(config: PruneConfig, { model, hash }: Original, dataset: Dataset): Promise<Compressed> {
    const { request, device, log, checkpoints, control } = this.#parts;
    const structured = config.method === 'structured';
    const student = structured ? await pruneUnits(model, config) : await copyOf(model);
    this.#cleanUp.push(() => student.dispose());
    const labels = createStrategy(config).attach({
      student,
      task: dataset.task,
      initialize: initializer(request.seed),
      buildModel: () => {
        throw new Error('A pruned model has no peers.');
      },
    });
    const strategy = structured ? labels : withMagnitudePruning(labels, student, config);
    this.#cleanUp.push(() => strategy.dispose());
    this.#begin('train');
    const outcome = await train({
      device,
      student,
      strategy,
      teacher: withoutTeacher,
      train: dataset.subset,
      validation: dataset.validation,
      config: request.experiment.training,
      seed: request.seed,
      checkpoints,
      identity: stableHash({
        experiment: experimentIdentity(request.experiment, request.directory),
        seed: request.seed,
        data: dataset.fingerprint,
        teacher: hash,
      }),
      stopRequested: control.requested,
      observer: {
        progress: this.#progress('train', 'steps'),
        metrics: (values, step, epoch) =>
          log.append({ type: 'metric', model: 'student', step, epoch, values }),
        checkpoint: (epoch, best, path) => log.append({ type: 'checkpoint', epoch, best, path }),
      },
    });
    const sparsity = structured
      ? 1 - parameterCount(student) / parameterCount(model)
      : await sparsityOf(student);
    if (!structured)
      log.append({
        type: 'warning',
        message: `Of the prunable weights ${(100 * sparsity).toFixed(1)} % are zero. They take as many bytes and as much time as others: only method "structured" makes a model smaller and faster.`,
      });
    return {
      subject: { name: 'student', model: student, ensemble: false },
      steps: outcome.steps,
      epochs: outcome.epochs,
      outcome: {
        bestEpoch: outcome.bestEpoch,
        trainingSeconds: outcome.seconds,
        compression: { sparsity },
      },
      save: (directory) => exportStudent(student, dataset, directory),
    };
  }

  async #evaluate(
    subjects: readonly Subject[],
    dataset: Dataset,
    { steps, epochs }: Compressed,
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

  #measure(subjects: readonly Subject[], dataset: Dataset) {
    const { device, control } = this.#parts;
    this.#begin('measure');
    return measureSpeed(
      device,
      Object.fromEntries(subjects.map(({ name, model }) => [name, model])),
      dataset.test,
      {
        devices: Object.fromEntries(subjects.map(({ name, device: own }) => [name, own])),
        stopRequested: control.requested,
        onProgress: this.#progress('measure', 'rounds'),
      },
    );
  }
}
