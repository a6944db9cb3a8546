import type { Device } from '../../src/device/device.ts';
import { HostRandom } from '../../src/device/host-random.ts';
import { openDevice } from '../../src/device/open-device.ts';
import { RandomGenerator } from '../../src/device/random-generator.ts';
import type { Model } from '../../src/models/model.ts';
import { direct } from '../../src/strategies/direct.ts';
import { createOptimizer, type Optimizer } from '../../src/training/optimizers/optimizer.ts';
import { withoutTeacher } from '../../src/training/teacher/teacher-source.ts';
import { TrainingStep } from '../../src/training/training-step.ts';
import type { StepTime } from './step-time.ts';
import type { Workload } from './workloads.ts';

/** Takes training steps of one workload on the CPU device, with the code that trains students. */
export class Stepper {
  readonly device: Device;
  readonly #model: Model;
  readonly #optimizer: Optimizer;
  readonly #step: TrainingStep;
  readonly #batches;
  #taken = 0;

  static async open(workload: Workload, threads: number): Promise<Stepper> {
    return new Stepper(await openDevice('cpu', { threads }), workload);
  }

  private constructor(device: Device, workload: Workload) {
    const generator = RandomGenerator.forUse(1, workload.name);
    this.device = device;
    this.#model = workload.build(generator);
    this.#batches = Array.from({ length: 4 }, () => workload.batch(generator));
    const { parameters } = this.#model;
    this.#optimizer = createOptimizer(
      {
        optimizer: 'adamw',
        momentum: 0,
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
        weightDecay: 0.01,
        weightDecayKind: 'decoupled',
      },
      parameters,
    );
    this.#step = new TrainingStep({
      device,
      student: this.#model,
      strategy: direct().attach({ student: this.#model, generator } as never),
      teacher: withoutTeacher,
      parameters,
      optimizer: this.#optimizer,
      random: new HostRandom(generator),
      config: { clipNorm: null, labelSmoothing: 0 },
    });
  }

  async step(): Promise<void> {
    const batch = this.#batches[this.#taken % this.#batches.length]!;
    await this.#step.run([batch], this.#taken++, 1e-4);
  }

  async time(count: number): Promise<StepTime[]> {
    const times: StepTime[] = [];
    for (let index = 0; index < count; index++) {
      const [start, before] = [performance.now(), process.cpuUsage()];
      await this.step();
      const { user, system } = process.cpuUsage(before);
      times.push({ elapsed: performance.now() - start, processor: (user + system) / 1000 });
    }
    return times;
  }

  /** The loss averaged over all steps since the last call. */
  async loss(): Promise<number> {
    return (await this.#step.metrics.take()).loss!;
  }

  async close(): Promise<void> {
    this.#step.dispose();
    this.#optimizer.dispose();
    this.#model.dispose();
    await this.device.dispose();
  }
}
