import type { DeviceKind } from '../device.ts';
import { EnergyCounters } from './counters.ts';
import { GpuPower } from './gpu-power.ts';

/** What a device reported to have used. */
export interface Energy {
  readonly joules: number;
  /** What told it: package-0 and dram of the processor, the name of a GPU. */
  readonly sources: string[];
}

export interface EnergyPlaces {
  /** The folder of the processors' counters. */
  readonly powercap?: string;
  readonly nvidiaSmi?: string;
}

/** Far more often than a processor's counter goes round. */
const everyMs = 20_000;

/**
 * Energy that the device of a run uses, as it reports it itself; where it does not, there is no meter, and nothing is
 * estimated. All that runs on the device counts.
 */
export class EnergyMeter {
  readonly #counters: EnergyCounters | undefined;
  readonly #gpu: GpuPower | undefined;
  readonly #timer: ReturnType<typeof setInterval>;
  #failed = false;

  private constructor(counters: EnergyCounters | undefined, gpu: GpuPower | undefined) {
    this.#counters = counters;
    this.#gpu = gpu;
    this.#timer = setInterval(() => void this.#look(), everyMs);
    this.#timer.unref();
  }

  /**
   * Begins to measure. WebGPU does not say on which GPU it computes, so that none can be asked.
   * @returns undefined where the device does not report its energy.
   */
  static async start(kind: DeviceKind, places: EnergyPlaces = {}): Promise<EnergyMeter | undefined> {
    if (kind === 'webgpu') return undefined;
    const gpu = kind === 'cuda' ? await GpuPower.open(places.nvidiaSmi) : undefined;
    if (kind === 'cuda' && !gpu) return undefined;
    const counters = await EnergyCounters.open(places.powercap);
    return gpu || counters ? new EnergyMeter(counters, gpu) : undefined;
  }

  /** Ends the measurement. @returns undefined where the device has ceased to report. */
  async stop(): Promise<Energy | undefined> {
    clearInterval(this.#timer);
    const processor = await this.#look();
    this.#gpu?.close();
    const gpu = this.#gpu ? this.#gpu.joules : 0;
    if (this.#failed || gpu === undefined) return undefined;
    return {
      joules: processor + gpu,
      sources: [...(this.#gpu ? [this.#gpu.source] : []), ...(this.#counters?.sources ?? [])],
    };
  }

  async #look(): Promise<number> {
    try {
      return (await this.#counters?.read()) ?? 0;
    } catch {
      this.#failed = true;
      return 0;
    }
  }
}
