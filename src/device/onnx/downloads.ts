import type { HostArray, Value } from './graph/value.ts';

interface Waiting {
  readonly resolve: (data: HostArray) => void;
  readonly reject: (error: unknown) => void;
}

/** Gathers reads of values on the GPU that are asked for in one turn, to bring them over together. */
export class Downloads {
  #waiting = new Map<Value, Waiting[]>();
  readonly #download: (values: readonly Value[]) => Promise<HostArray[]>;

  constructor(download: (values: readonly Value[]) => Promise<HostArray[]>) {
    this.#download = download;
  }

  read(value: Value): Promise<HostArray> {
    if (this.#waiting.size === 0) setImmediate(() => this.#start());
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(value) ?? [];
      waiting.push({ resolve, reject });
      this.#waiting.set(value, waiting);
    });
  }

  async #start(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = new Map();
    try {
      const data = await this.#download([...batch.keys()]);
      [...batch.values()].forEach((waiting, index) => {
        for (const { resolve } of waiting) resolve(data[index]!);
      });
    } catch (error) {
      for (const waiting of batch.values()) for (const { reject } of waiting) reject(error);
    }
  }
}
